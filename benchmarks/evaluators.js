// Answers each line of JSON, a world of tests/iam/worlds.py, with what @cloud-copilot/iam-simulate decides.
// Its public runUnsafeSimulation ignores session policies, so the engine below it is called.
const path = require('path')
const home = path.join(process.argv[2], '@cloud-copilot')
const engine = path.join(home, 'iam-simulate/dist/cjs')
const { authorize } = require(path.join(engine, 'core_engine/CoreSimulatorEngine.js'))
const { AwsRequestImpl } = require(path.join(engine, 'request/request.js'))
const { RequestContextImpl } = require(path.join(engine, 'requestContext.js'))
const { DiscoveryContextKeyConstraints } = require(path.join(engine, 'context_keys/discoveryContextKeyConstraints.js'))
const { loadPolicy } = require(path.join(home, 'iam-policy/dist/cjs/index.js'))

const MULTIVALUED = ['x:list']
const policy = (Statement, name) => Statement && loadPolicy({ Version: '2012-10-17', Statement }, { name })

function decide({ request, identity, boundary, session, resource }) {
  const context = Object.fromEntries(
    Object.entries(request.context).map(([key, values]) => [key, MULTIVALUED.includes(key) ? values : values[0]])
  )
  const target = { resource: request.resource, accountId: request.owner }
  return authorize({
    request: new AwsRequestImpl(request.principal, target, request.action, new RequestContextImpl(context)),
    sessionPolicy: policy(session, 'session') ?? undefined,
    identityPolicies: [policy(identity, 'identity')],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: policy(resource, 'resource') ?? undefined,
    permissionBoundaries: boundary ? [policy(boundary, 'boundary')] : undefined,
    simulationParameters: {
      simulationMode: 'Strict',
      discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]),
    },
  }).result
}

const lines = require('readline').createInterface({ input: process.stdin })
lines.on('line', (line) => process.stdout.write(`${JSON.stringify(decide(JSON.parse(line)))}\n`))
