import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { lineOf, redacted, redactor } from './redacted.ts'

const processor = redactor()

/** The arguments of an exec as they leave. */
function argumentsLeft(command: readonly string[]): string[] {
  const query = command.map(argument => `command=${encodeURIComponent(argument)}`).join('&')
  const uri = `/api/v1/namespaces/default/pods/web/exec?${query}&stdin=true`
  const line = redacted(lineOf(`"requestURI":${JSON.stringify(uri)}`), processor)
  return new URL(`http://x${JSON.parse(line).requestURI}`).searchParams.getAll('command')
}

const R = '<redacted>'

suite('of a command the secret is hidden, and nothing else', () => {
  const rows: [left: string[], secret?: string][] = [
    [['mysql', '-u', 'root', `-p${R}`, 'db']],
    [['mysql', `-p${R}`], 'lowercase'],
    [['timeout', '5', 'mysql', `-p${R}`], 'lowercase'],
    [['sshpass', '-p', R, 'ssh', 'host']],
    [['7z', 'x', `-p${R}`, 'a.7z']],
    [['tool', `-p${R}`], 'Abc123'],
    [['bash', '-c', `app -p ${R}`], 'Abc123'],
    [['bash', '-c', `mkdir -p /x; app -p ${R}`], 'Abc123'],
    [['curl', '-u', `me:${R}`, 'http://x']],
    [['kubectl', 'create', 'secret', 'docker-registry', 'x', `--docker-password=${R}`]],
    [['kubectl', 'create', 'secret', 'generic', 'x', `--from-literal=user=${R}`]],
    [['kubectl', 'patch', 'secret', 'x', '-p', R], '{"data":{"a":"c2Vj"}}'],
    [['vault', 'login', R]],
    [['vault', 'login', '-method=userpass', 'username=me', `password=${R}`]],
    [['vault', 'kv', 'put', 'secret/app', `value=${R}`]],
    [['sh', '-c', `vault kv put -mount=kv app user=${R}`]],
    [['aws', 'configure', 'set', 'aws_secret_access_key', R]],
    [['aws', 'ssm', 'put-parameter', '--name', '/db', '--value', R, '--type', 'SecureString']],
    [['aws', 'secretsmanager', 'create-secret', '--name', 'x', '--secret-string', R]],
    [['az', 'login', '--service-principal', '-u', 'app', '--password', R]],
    [['az', 'storage', 'blob', 'list', '--account-key', R]],
    [['az', 'keyvault', 'secret', 'set', '--name', 'x', '--value', R]],
    [['gcloud', 'sql', 'users', 'set-password', 'me', `--password=${R}`]],
    [['helm', 'install', 'x', 'chart', '--set', `replicas=2,db.password=${R}`]],
    [['helm', 'upgrade', 'x', 'chart', '--set-string', `auth.rootPassword=${R}`]],
    [['keytool', '-list', '-storepass', R]],
    [['java', `-Djavax.net.ssl.keyStorePassword=${R}`, '-jar', 'a.jar']],
    [['psql', '-c', `ALTER ROLE app PASSWORD '${R}'`]],
    [['mysql', '-e', `CREATE USER a IDENTIFIED BY '${R}'`]],
    [['app', '--verbose', '--dbPassword', R]],
    [['app', '--token-file', '/run/t', '--token', R]],
    [['env', 'POSTGRES_PASSWORD_FILE=/run/p', `PGPASSWORD=${R}`, 'psql']],
  ]
  for (const [left, secret = 'Pl4nt3d'] of rows)
    test(left.join(' '), () =>
      assert.deepEqual(argumentsLeft(left.map(argument => argument.replace(R, secret))), left),
    )
})

suite('a command without a secret stays as it is', () => {
  const rows: string[][] = [
    ['java', '-profile', 'dev'],
    ['tool', '-profile', 'dev'],
    ['tool', '-port=8080'],
    ['app', '--password-file', '/run/secrets/db'],
    ['app', '--password-stdin', 'next'],
    ['app', '--token-ttl=24h', '--secret-name', 'web'],
    ['app', '--no-password', 'db'],
    ['git', 'log', '--author', 'alice', '--author=bob'],
    ['git', 'log', '-p', 'main'],
    ['qemu', '--hotplug', 'x', '--bypass', 'y', '--compass=z'],
    ['env', 'POSTGRES_PASSWORD_FILE=/run/p', 'AUTHOR=alice', 'PWD=/x'],
    ['/bin/mkdir', '-p', '/data'],
    ['sudo', '/bin/mkdir', '-p', '/data'],
    ['env', 'A=b', 'mkdir', '-p', '/data'],
    ['sh', '-c', 'cd /x && A=b mkdir -p /data'],
    ['sh', '-c', 'echo mysql; mkdir -p /data'],
    ['sh', '-c', '"mkdir" -p /data'],
    ['ssh', '-p', '2222', 'host'],
    ['docker', 'run', '-p', '127.0.0.1:80:8080/tcp', 'nginx'],
    ['kubectl', 'patch', 'deployment', 'x', '-p', '{"spec":{"replicas":2}}'],
    ['kubectl', 'get', 'secrets', '-o', 'name'],
    ['curl', '--cookie-jar', '/tmp/jar', 'http://x'],
  ]
  for (const command of rows) test(command.join(' '), () => assert.deepEqual(argumentsLeft(command), command))
})
