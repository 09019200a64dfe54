import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { freePort } from '../../src/local/postgres-server.ts'
import { idsOf, requirePrograms, type ServerProcess, serverFolder, startServer } from './server-process.ts'

/** A program that runs those of another version, in a root of its own; its arguments are a program and the program's. */
const runner = process.env.RABBITMQ_RUNNER

/** Behind the script in the path, which insists on root. */
const program = '/usr/lib/rabbitmq/bin/rabbitmq-server'
const control = '/usr/lib/rabbitmq/bin/rabbitmqctl'

const run = (name: string, args: readonly string[]) =>
  runner === undefined ? { program: name, args } : { program: runner, args: [name, ...args] }

export interface RabbitServer extends ServerProcess {
  /** With the password. */
  readonly url: string
  readonly port: number
  readonly password: string
  /** Evaluates a line of Erlang on the node. */
  evaluate(expression: string): Promise<string>
}

/** A RabbitMQ of one node, with a user and a password of its own. */
export async function startRabbit(): Promise<RabbitServer> {
  requirePrograms({ 'rabbitmq-server': program })
  const user = 'rabbitmq'
  const folder = await serverFolder(user)
  const [port, distribution, names] = [await freePort(), await freePort(), await freePort()]
  const password = 'pass w/o;end?'
  const env = {
    RABBITMQ_NODENAME: `billing-sync-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distribution),
    ERL_EPMD_PORT: String(names),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_MNESIA_BASE: `${folder}/mnesia`,
    RABBITMQ_LOG_BASE: `${folder}/log`,
    RABBITMQ_PID_FILE: `${folder}/pid`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/plugins`,
    RABBITMQ_CONF_ENV_FILE: `${folder}/environment`,
    RABBITMQ_ADVANCED_CONFIG_FILE: `${folder}/advanced.config`,
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +sbwt none',
  }
  // It looks every minute for consumers that hold a message too long; a test does not wait so long.
  await writeFile(`${folder}/advanced.config`, '[{rabbit, [{channel_tick_interval, 500}]}].')
  // The node would start this as a daemon, which outlives it.
  const epmd = await startServer({
    ...run('/usr/bin/epmd', ['-port', String(names)]),
    env,
    user,
    folder,
    port: names,
  })
  const node = await startServer({ ...run(program, []), env, user, folder, port })
  const execute = promisify(execFile)
  const evaluate = async (expression: string) => {
    const environment = { ...env, PATH: process.env.PATH ?? '', HOME: folder, LANG: 'C.UTF-8' }
    const { program: name, args } = run(control, ['eval', expression])
    const { stdout } = await execute(name, [...args], { env: environment, cwd: folder, ...idsOf(user) })
    return stdout
  }
  await evaluate(
    `rabbit_auth_backend_internal:add_user(<<"worker">>, <<"${password}">>, <<"tests">>), rabbit_auth_backend_internal:set_permissions(<<"worker">>, <<"/">>, <<".*">>, <<".*">>, <<".*">>, <<"tests">>).`,
  )
  return {
    ...node,
    port,
    password,
    url: `amqp://worker:${encodeURIComponent(password)}@127.0.0.1:${port}/`,
    evaluate,
    async remove() {
      await node.remove()
      await epmd.remove()
    },
  }
}
