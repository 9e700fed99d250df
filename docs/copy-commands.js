// The copy button of a console block gives the commands alone: no prompts, no output.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".md-clipboard, .md-code__button[data-md-type='copy']");
  const block = button && button.closest(".highlight");
  if (!block || !block.querySelector(".gp")) return;
  const commands = block.querySelector("code").innerText.split("\n").filter((line) => line.startsWith("$ "));
  navigator.clipboard.writeText(commands.map((line) => line.slice(2)).join("\n"));
  event.stopImmediatePropagation();
}, true);
