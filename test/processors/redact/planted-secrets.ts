/** An event with a secret in it. */
export interface Planted {
  readonly title: string
  readonly line: string
  /** None of these may be in what leaves, in any encoding. */
  readonly secrets: readonly string[]
}

let planted = 0
/** A new secret: letters and digits only, so that every encoding of it contains it. */
const fresh = () => `Pl4nt3d${String(++planted).padStart(6, '0')}x`
const base64 = (text: string) => Buffer.from(text).toString('base64')

interface Request {
  readonly resource?: string
  readonly subresource?: string
  readonly verb?: string
  readonly requestURI?: string
  readonly [field: string]: unknown
}

/** An event as kube-apiserver writes it, but for `raw`, which is put in the place of `"@raw"` as it is. */
function event({ resource = 'pods', subresource, verb = 'create', ...fields }: Request, raw = ''): string {
  const whole = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: `00000000-0000-4000-8000-${String(++planted).padStart(12, '0')}`,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/default/${resource}/web`,
    verb,
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.7'],
    userAgent: 'kubectl/v1.36.0',
    objectRef: {
      resource,
      namespace: 'default',
      name: 'web',
      apiVersion: 'v1',
      ...(subresource && { subresource }),
    },
    responseStatus: { metadata: {}, code: 200 },
    ...fields,
    requestReceivedTimestamp: '2026-01-02T03:04:05.000006Z',
    stageTimestamp: '2026-01-02T03:04:05.000007Z',
    annotations: { 'authorization.k8s.io/decision': 'allow', ...(fields.annotations as object | undefined) },
  }
  // As Go's encoder does.
  const text = JSON.stringify(whole).replace(/[&<>]/g, sign => `\\u00${sign.charCodeAt(0).toString(16)}`)
  return text.replace('"@raw"', () => raw)
}

/** Bodies of a Secret, as JSON text. `s` is the secret. */
const SECRET_BODIES: readonly (readonly [title: string, body: (s: string) => string])[] = [
  [
    'data',
    s => `{"kind":"Secret","apiVersion":"v1","metadata":{"name":"web"},"data":{"password":"${base64(s)}"}}`,
  ],
  ['stringData', s => `{"kind":"Secret","apiVersion":"v1","stringData":{"password":"${s}"}}`],
  ['data before kind', s => `{"data":{"p":"${s}"},"kind":"Secret"}`],
  ['data twice', s => `{"kind":"Secret","data":{"p":"x"},"data":{"p":"${s}","p":"${s}"}}`],
  ['kind twice', s => `{"kind":"Secret","data":{"p":"${s}"},"kind":"ConfigMap"}`],
  ['kind twice, the other way', s => `{"kind":"Status","data":{"p":"${s}"},"kind":"Secret"}`],
  ['an escaped key', s => `{"k\\u0069nd":"Secret","d\\u0061ta":{"p":"${s}"}}`],
  ['an escaped kind', s => `{"kind":"\\u0053ecret","data":{"p":"${s}"}}`],
  ['white space', s => ` { "kind" : "Secret" ,\t"data" : { "p" : "${s}" } } `],
  ['a number', s => `{"kind":"Secret","data":{"p":${Number.parseInt(s.replace(/\D/g, ''), 10)}77}}`],
  ['deep in data', s => `{"kind":"Secret","data":{"a":{"b":[[{"c":"${s}"}]]}}}`],
  [
    'a list',
    s =>
      `{"kind":"SecretList","items":[{"metadata":{"name":"a"},"data":{"p":"${s}"}},{"stringData":{"q":"${s}"}}]}`,
  ],
  ['a list of anything', s => `{"kind":"List","items":[{"kind":"Secret","data":{"p":"${s}"}}]}`],
  [
    'last-applied-configuration',
    s =>
      JSON.stringify({
        kind: 'Secret',
        metadata: {
          annotations: {
            'kubectl.kubernetes.io/last-applied-configuration': `{"apiVersion":"v1","data":{"p":"${s}"},"kind":"Secret"}\n`,
          },
        },
      }),
  ],
]

/** Bodies that only the resource makes known, as patches are. */
const SECRET_PATCHES: readonly (readonly [title: string, body: (s: string) => string])[] = [
  ['a merge patch of data', s => `{"data":{"password":"${base64(s)}"}}`],
  ['a merge patch of stringData', s => `{"stringData":{"password":"${s}"}}`],
  ['a strategic patch', s => `{"$setElementOrder/x":[],"data":{"$patch":"replace","password":"${s}"}}`],
  ['a JSON patch of one key', s => `[{"op":"replace","path":"/data/password","value":"${base64(s)}"}]`],
  ['a JSON patch, value first', s => `[{"value":"${s}","op":"add","path":"/stringData/p"}]`],
  ['a JSON patch of all data', s => `[{"op":"add","path":"/data","value":{"a":"${s}"}}]`],
  ['a JSON patch of everything', s => `[{"op":"replace","path":"","value":{"data":{"a":"${s}"}}}]`],
  [
    'a JSON patch with a second path',
    s => `[{"op":"add","path":"/metadata/labels/a","path":"/data/a","value":"${s}"}]`,
  ],
  ['a JSON patch that tests', s => `[{"op":"test","path":"/data/a","value":"${s}"}]`],
  [
    'a JSON patch of all metadata',
    s =>
      `[{"op":"add","path":"/metadata","value":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\\"data\\":{\\"p\\":\\"${s}\\"}}"}}}]`,
  ],
  [
    'a JSON patch of the annotation',
    s =>
      `[{"op":"add","path":"/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration","value":"{\\"data\\":{\\"p\\":\\"${s}\\"}}"}]`,
  ],
  ['an apply patch without kind', s => `{"metadata":{"name":"web"},"type":"Opaque","data":{"p":"${s}"}}`],
  ['an unknown member', s => `{"Data":{"p":"${s}"},"STRINGDATA":{"p":"${s}"}}`],
  ['another kind', s => `{"kind":"Status","data":{"p":"${s}"}}`],
  ['a string', s => `"${s}"`],
  ['a list of strings', s => `["${s}"]`],
]

const pem = (title: string, s: string) =>
  `-----BEGIN ${title}-----\nMIIEow${s}\n${s}AQAB\n-----END ${title}-----\n`
const KEY_TITLES = [
  'PRIVATE KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
  'DSA PRIVATE KEY',
  'OPENSSH PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
]

/** Secrets with a form of their own, in a text. */
/** In URIs and command lines only: elsewhere nothing tells them from other words. */
const SAID = /query|command/
const FORMS: readonly (readonly [title: string, text: (s: string) => string, only?: RegExp])[] = [
  ['a JWT', s => `eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOi${s}.${s}sig-_`],
  ['a JWT in a sentence', s => `rejected eyJhbGciOiJub25lIn0.eyJzdWIi${s}. sorry`],
  [
    'an AWS key',
    s =>
      `id AKIA${s
        .replace(/\D/g, '')
        .padStart(16, 'ABCDEFGHIJKLMNOP')
        .slice(-16)
        .replace(/[0189]/g, 'Z')} here`,
  ],
  ['a bearer token', s => `Authorization: Bearer ${s}abc.def`],
  ['basic credentials', s => `authorization: Basic ${base64(`u:${s}`)}`, SAID],
  ['a URL with a password', s => `https://robot:${s}@git.example.com/x`],
  ['a URL with a password only', s => `redis://:${s}@cache:6379/0`],
  ['a GitHub token', s => `ghp_${s}abcdefghijklmnop`, SAID],
  ['a GitLab token', s => `glpat-${s}abcdef`, SAID],
  ['a Slack token', s => `xoxb-123456-${s}`, SAID],
  ...KEY_TITLES.map(title => [`${title} as PEM`, (s: string) => pem(title, s)] as const),
  ...KEY_TITLES.map(title => [`${title} as PEM in base64`, (s: string) => base64(pem(title, s))] as const),
  ...['\n', 'a\n', '-----BEGIN CERTIFICATE-----\nAB==\n-----END CERTIFICATE-----\n', 'ab'].map(
    before =>
      [
        `a private key behind ${JSON.stringify(before.slice(0, 12))} in base64`,
        (s: string) => base64(`${before}${pem('RSA PRIVATE KEY', s)}`),
      ] as const,
  ),
  ['a PGP key in base64', s => base64(pem('PGP PRIVATE KEY BLOCK', s))],
  ['a URL with a token only', s => `git clone https://${s}abc@github.com/a`],
  ['a cut off private key', s => `-----BEGIN PRIVATE KEY-----\n${s}`],
  [
    'a cut off private key before a certificate',
    s => `-----BEGIN PRIVATE KEY-----\n${s}\n-----BEGIN CERTIFICATE-----\n`,
  ],
]

/** Fields that hold a text. */
const FIELDS: readonly (readonly [title: string, request: (text: string) => Request])[] = [
  [
    'a query',
    text => ({
      verb: 'get',
      requestURI: `/api/v1/namespaces/default/pods?x=${encodeURIComponent(text)}&y=1`,
    }),
  ],
  ['the user agent', text => ({ userAgent: `curl/8 ${text}` })],
  ['an annotation', text => ({ annotations: { 'authorization.k8s.io/reason': text } })],
  ['a message', text => ({ responseStatus: { code: 422, message: `invalid: ${text}`, reason: 'Invalid' } })],
  ['a request', text => ({ resource: 'configmaps', requestObject: { data: { deep: [{ er: text }] } } })],
  [
    'a response',
    text => ({ resource: 'configmaps', responseObject: { items: [{ data: { 'a.b': text } }] } }),
  ],
  ['a command', text => exec(['sh', '-c', text])],
  ["the caller's extra fields", text => ({ user: { username: 'alice', extra: { note: [text] } } })],
]

function exec(command: readonly string[]): Request {
  const query = command.map(argument => `command=${encodeURIComponent(argument)}`).join('&')
  return {
    subresource: 'exec',
    verb: 'get',
    requestURI: `/api/v1/namespaces/default/pods/web/exec?${query}&container=app&stdin=true`,
    responseStatus: { code: 101 },
  }
}

const COMMANDS: readonly (readonly [title: string, command: (s: string) => readonly string[]])[] = [
  ['--password=', s => ['mysql', `--password=${s}`]],
  ['--password and the next argument', s => ['mysql', '--password', s]],
  ['--password and the next argument, of two words', s => ['mysql', '--password', `two ${s}`]],
  ['-p', s => ['mysql', '-u', 'root', `-p${s}`]],
  ['-p and the next argument', s => ['sshpass', '-p', s, 'ssh', 'host']],
  ['-p in a script', s => ['sh', '-c', `mysqldump -u root -p${s} db > x`]],
  ['-p in a script, quoted', s => ['bash', '-c', `cd /tmp && mariadb -p"${s} b" db`]],
  ['--db-password', s => ['app', '--db-password', s]],
  ['--token', s => ['vault', 'login', `--token=${s}`]],
  ['-token', s => ['vault', 'login', '-token', s]],
  ['--api-key', s => ['app', '--api-key', s]],
  ['--client-secret', s => ['app', `--client-secret=${s}`]],
  ['TOKEN=', s => ['env', `TOKEN=${s}`, 'app']],
  ['PGPASSWORD= in a script', s => ['sh', '-c', `PGPASSWORD=${s} psql -U app`]],
  ['export, quoted', s => ['sh', '-c', `export API_KEY='${s} more'; app`]],
  ['AWS_SECRET_ACCESS_KEY', s => ['sh', '-c', `AWS_SECRET_ACCESS_KEY=${s} aws s3 ls`]],
  ['curl -u', s => ['curl', '-u', `me:${s}`, 'http://x']],
  ['curl --user=', s => ['curl', `--user=me:${s}`, 'http://x']],
  ['curl -H', s => ['curl', '-H', `Authorization: Bearer ${s}`, 'http://x']],
  ['curl -H with a header of its own', s => ['curl', '-H', `X-Api-Key: ${s}`, 'http://x']],
  ['redis-cli -a', s => ['redis-cli', '-h', 'cache', '-a', s, 'ping']],
  ['redis-cli -a in a script', s => ['sh', '-c', `redis-cli -a ${s} ping`]],
  ['openssl pass:', s => ['openssl', 'rsa', '-passin', `pass:${s}`]],
  ['--from-literal', s => ['kubectl', 'create', 'secret', 'generic', 'x', `--from-literal=k=${s}`]],
  ['chpasswd', s => ['sh', '-c', `echo root:${s} | chpasswd`]],
  ['an argument with a semicolon', s => ['mysql', `--password=a;${s}`]],
  ['an argument with a space and quotes', s => ['mysql', `--password=a" '${s}`]],
  ['an assignment with an ampersand', s => ['env', `TOKEN=a&${s}`, 'app']],
  ['curl --user with a space', s => ['curl', '--user', `bob:a ${s}`]],
  ['quotes within a word', s => ['sh', '-c', `PASSWORD=ab'${s}'ef app`]],
  ['an escaped space', s => ['sh', '-c', `PASSWORD=a\\ ${s} app`]],
  ['an escaped quote', s => ['sh', '-c', `app --password="a\\"${s}"`]],
  ["$'quotes'", s => ['sh', '-c', `PASSWORD=$'${s}' app`]],
  ['another scheme of authorization', s => ['curl', '-H', `Authorization: Token ${s}`]],
  ['several cookies', s => ['curl', '-H', `Cookie: a=b; session=${s}`]],
  ['a header in a script', s => ['sh', '-c', `curl -H "Authorization: ApiKey ${s}" http://x`]],
  ['-p after timeout', s => ['timeout', '5', 'mysql', `-p${s}`]],
  ['-p after nohup', s => ['nohup', 'mysql', `-p${s}`]],
  ['docker login -p', s => ['docker', 'login', '-u', 'u', '-p', s]],
  ['a command of more than 16 KiB', s => ['sh', '-c', `${'true;'.repeat(4000)} echo ${s}`]],
  ['JSON', s => ['curl', '-d', `{"user":"a","password":"${s}"}`]],
  ['a form', s => ['curl', '-d', `user=a&password=${s}`]],
  ['YAML', s => ['sh', '-c', `echo "password: ${s}" > /x`]],
]

const PARAMETERS = [
  'token',
  'access_token',
  'id_token',
  'password',
  'passwd',
  'client_secret',
  'api_key',
  'apikey',
  'auth',
  'X-Amz-Signature',
  'sig',
  'jwt',
]

function secretObjects(): Planted[] {
  const bodies = SECRET_BODIES.flatMap(([title, body]) =>
    ['secrets', 'widgets'].flatMap(resource =>
      (['requestObject', 'responseObject'] as const).map(field => {
        const s = fresh()
        const line = event({ resource, [field]: '@raw' }, body(s))
        return { title: `${title} in the ${field} of ${resource}`, line, secrets: bodySecrets(body(s), s) }
      }),
    ),
  )
  const patches = SECRET_PATCHES.map(([title, body]) => {
    const s = fresh()
    return {
      title,
      line: event({ resource: 'secrets', verb: 'patch', requestObject: '@raw' }, body(s)),
      secrets: [s, base64(s)],
    }
  })
  return [...bodies, ...patches, ...elsewhere()]
}

const bodySecrets = (body: string, s: string) =>
  body.includes(s) || body.includes(base64(s)) ? [s, base64(s)] : [/\d{6,}77/.exec(body)?.[0] ?? '']

/** Secrets and tokens in other objects. */
function elsewhere(): Planted[] {
  const s = fresh()
  const secret = { apiVersion: 'v1', kind: 'Secret', data: { p: base64(s) }, stringData: { q: s } }
  const yaml = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n  p: ${s}\n`
  const row = { kind: 'Table', rows: [{ cells: ['web', 'Opaque', 1], object: secret }] }
  const partial = {
    kind: 'Table',
    rows: [
      {
        object: {
          kind: 'PartialObjectMetadata',
          metadata: {
            annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(secret) },
          },
        },
      },
    ],
  }
  const cases: [string, Request][] = [
    [
      'a Secret in another object',
      { resource: 'manifestworks', requestObject: { spec: { manifests: [{ a: 1 }, secret] } } },
    ],
    [
      'a Secret as text in an annotation',
      { resource: 'widgets', requestObject: { metadata: { annotations: { x: JSON.stringify(secret) } } } },
    ],
    [
      'a Secret as text in a text',
      { resource: 'widgets', requestObject: { a: JSON.stringify({ b: JSON.stringify(secret) }) } },
    ],
    ['a Secret as YAML', { resource: 'configmaps', requestObject: { data: { 'x.yaml': yaml } } }],
    [
      'several Secrets as YAML',
      { resource: 'configmaps', requestObject: { data: { 'x.yaml': `${yaml}---\n${yaml}` } } },
    ],
    ['a Table of Secrets', { resource: 'secrets', verb: 'list', responseObject: row }],
    ['a Table with the annotation', { resource: 'secrets', verb: 'list', responseObject: partial }],
    [
      'the command of a debug container',
      {
        subresource: 'ephemeralcontainers',
        verb: 'patch',
        requestObject: {
          spec: { ephemeralContainers: [{ name: 'd', command: ['mysql', `--password=${s}`] }] },
        },
        responseObject: {
          spec: { ephemeralContainers: [{ name: 'd', command: ['mysql'], args: ['-p', s] }] },
        },
      },
    ],
    [
      'a message about a Secret that is not taken',
      {
        resource: 'secrets',
        responseStatus: { code: 400, message: `error found in #10 byte of ...|d":"${s}"},"ki|...` },
        responseObject: {
          kind: 'Status',
          code: 422,
          message: `data[p]: Invalid value: "${s}"`,
          details: { causes: [{ message: s }] },
        },
      },
    ],
    [
      'a patch by a webhook',
      {
        resource: 'secrets',
        annotations: {
          'patch.webhook.admission.k8s.io/round_0_index_0': JSON.stringify({
            patch: [{ op: 'replace', path: '/data/password', value: s }],
          }),
        },
      },
    ],
    [
      'a TokenRequest',
      {
        resource: 'serviceaccounts',
        subresource: 'token',
        responseObject: { kind: 'TokenRequest', status: { token: s } },
      },
    ],
    [
      'a TokenRequest without kind',
      { resource: 'serviceaccounts', subresource: 'token', responseObject: { status: { token: s } } },
    ],
    [
      'a TokenReview',
      { resource: 'tokenreviews', requestObject: { kind: 'TokenReview', spec: { token: s } } },
    ],
    [
      'a TokenReview in the response',
      { resource: 'tokenreviews', responseObject: { spec: { token: s }, status: { authenticated: true } } },
    ],
  ]
  return cases.map(([title, request]) => ({ title, line: event(request), secrets: [s, base64(s)] }))
}

function texts(): Planted[] {
  return FORMS.flatMap(([form, text, only]) =>
    FIELDS.filter(([field]) => only === undefined || only.test(field)).map(([field, request]) => {
      const s = fresh()
      const written = text(s)
      // The form itself where the secret is not to be seen in it.
      const own = /AKIA\w+|[\w+/]{80,}/.exec(written)?.[0]
      const secrets = own === undefined ? [s, base64(`u:${s}`)] : [own.slice(-12), s]
      return { title: `${form} in ${field}`, line: event(request(written)), secrets }
    }),
  )
}

function uris(): Planted[] {
  const commands = COMMANDS.flatMap(([title, command]) => {
    const s = fresh()
    const line = event(exec(command(s)))
    const kubelet = event({
      resource: 'nodes',
      subresource: 'proxy',
      requestURI: `/api/v1/nodes/n/proxy/exec/ns/web/app?${command(s)
        .map(part => `command=${encodeURIComponent(part).replaceAll('%20', '+')}`)
        .join('&')}`,
    })
    return [
      { title: `the command ${title}`, line, secrets: [s] },
      { title: `the command ${title} behind a kubelet`, line: kubelet, secrets: [s] },
    ]
  })
  const parameters = PARAMETERS.flatMap(name => {
    const s = fresh()
    const path = '/api/v1/namespaces/default/services/x/proxy/'
    const first = name.charCodeAt(0).toString(16)
    return [
      ['', `${path}?a=1&${name}=${s}`],
      [' with an escaped name', `${path}?%${first}${name.slice(1)}=${s}`],
      [' with an escaped value', `${path}?${name}=%50${s.slice(1)}`],
      [' after a semicolon', `${path}?a=1;${name}=${s}`],
      [' in the path', `${path};${name}=${s}`],
      [' of a URL in the path', `${path}http%3A%2F%2Fu%3A${s}%40h`],
      [' and Bearer in the path', `${path}Bearer%20${s}`],
    ].map(([how, requestURI]) => ({
      title: `the parameter ${name}${how}`,
      line: event({ verb: 'get', requestURI: requestURI ?? '' }),
      secrets: [s, s.slice(1)],
    }))
  })
  return [...commands, ...parameters]
}

/** The same events with letters and digits of their strings written as escapes: `\u0061` for `a`. */
function escapedLetters({ title, line, secrets }: Planted): Planted {
  const asEscape = (letter: string) => `\\u00${letter.charCodeAt(0).toString(16)}`
  // Within strings and outside of escapes: a letter between two others.
  const text = line.replace(/(?<=[A-Za-z=+ -])[A-Z](?=[A-Za-z0-9])/g, asEscape)
  return { title: `${title}, with escapes`, line: text, secrets }
}

/** All planted secrets. */
export function plantedSecrets(): Planted[] {
  const plain = [...secretObjects(), ...texts(), ...uris()]
  return [...plain, ...plain.map(escapedLetters)]
}
