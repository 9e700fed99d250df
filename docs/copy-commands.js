// The copy button of a console block gives the commands alone: no prompts, no output.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".md-clipboard, .md-code__button[data-md-type='copy']");
  const block = button && button.closest(".highlight");
  if (!block || !block.querySelector(".gp")) return;
  const lines = block.querySelector("code").innerText.split("\n");
  const commands = [];
  let continues = false;
  for (const line of lines) {
    if (continues || line.startsWith("$ ")) commands.push(continues ? line : line.slice(2));
    continues = (continues || line.startsWith("$ ")) && line.endsWith("\\");
  }
  navigator.clipboard.writeText(commands.join("\n"));
  event.stopImmediatePropagation();
}, true);
