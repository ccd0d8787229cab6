// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConfigError } from '../../src/config/problem.ts'
import { load } from './fake-types.ts'

const GOOD = 'receivers: { auditLog: {} }\nexporters: { debug: {} }\n'
const otlp = (options: string) =>
  `receivers: { auditLog: {} }\nexporters:\n  otlp:\n    endpoint: http://x\n${options}`
const pipeline = (body: string) => `${GOOD}service:\n  pipelines:\n    main: ${body}\n`

interface Row {
  title: string
  text: string
  overrides?: string[]
  messages: string[]
}

const OTLP_KEYS = 'endpoint, compression, timeout, headers, password, tls'
const FORMS = '${env:NAME}, ${env:NAME:-default} or ${file:/path}'

const ROWS: Row[] = [
  {
    title: 'unknown key: the nearest one and all that are known',
    text: otlp('    compresion: gzip\n'),
    messages: [
      `audit.yaml:5:5: exporters.otlp.compresion: unknown key; did you mean "compression"? Known keys: ${OTLP_KEYS}`,
    ],
  },
  {
    title: 'unknown key that is near to none',
    text: otlp('    tls: { colour: red }\n'),
    messages: ['audit.yaml:5:12: exporters.otlp.tls.colour: unknown key; known keys: caFile, verify'],
  },
  {
    title: 'unknown key at the top and in the frame, in snake_case',
    text: `${GOOD}exporter: {}\nservice: { state_dir: /x }\n`,
    messages: [
      'audit.yaml:3:1: exporter: unknown key; did you mean "exporters"? Known keys: receivers, processors, exporters, attributes, cluster, resource, service, tests',
      'audit.yaml:4:12: service.state_dir: unknown key; did you mean "stateDir"? Known keys: stateDir, shutdownTimeout, deadLetters, log, http, metrics, pipelines',
    ],
  },
  {
    title: 'value that is none of the allowed',
    text: otlp('    compression: bzip2\n'),
    messages: [
      'audit.yaml:5:18: exporters.otlp.compression: expected one of "gzip", "zstd", "none", found "bzip2"',
    ],
  },
  {
    title: 'number where a duration is expected',
    text: otlp('    timeout: 10\n'),
    messages: ['audit.yaml:5:14: exporters.otlp.timeout: expected a duration such as 10s, found 10 (number)'],
  },
  {
    title: 'string that is no duration',
    text: otlp('    timeout: 10 sec\n'),
    messages: ['audit.yaml:5:14: exporters.otlp.timeout: expected a duration such as 10s, found "10 sec"'],
  },
  {
    title: 'string and boolean that are no size',
    text: 'receivers: { auditLog: { maxLine: 5q }, auditLog/b: { maxLine: true } }\nexporters: { debug: {} }\n',
    messages: [
      'audit.yaml:1:35: receivers.auditLog.maxLine: expected a size such as 16MiB, found "5q"',
      'audit.yaml:1:64: receivers.auditLog/b.maxLine: expected a size such as 16MiB, found true (boolean)',
    ],
  },
  {
    title: 'wrong kinds of value',
    text: otlp('    tls: { verify: yes }\n    headers: [a]\n    compression:\n'),
    messages: [
      'audit.yaml:5:20: exporters.otlp.tls.verify: expected true or false, found "yes"',
      'audit.yaml:6:14: exporters.otlp.headers: expected a mapping, found a list',
      'audit.yaml:7:5: exporters.otlp.compression: expected one of "gzip", "zstd", "none", found nothing',
    ],
  },
  {
    title: 'mapping over several lines where one value is expected: the place is its key',
    text: otlp('    compression:\n      type: gzip\n'),
    messages: [
      'audit.yaml:5:5: exporters.otlp.compression: expected one of "gzip", "zstd", "none", found a mapping',
    ],
  },
  {
    title: 'long text is cut',
    text: otlp(`    timeout: ${'x'.repeat(80)}\n`),
    messages: [
      `audit.yaml:5:14: exporters.otlp.timeout: expected a duration such as 10s, found "${'x'.repeat(60)}…"`,
    ],
  },
  {
    title: "rule over a component's options as a whole",
    text: `${GOOD}processors: { filter: { verbs: ['*'] } }\n`,
    messages: ['audit.yaml:3:23: processors.filter: expected verbs by name'],
  },
  {
    title: 'number where a string is expected: quotes are the repair',
    text: `${GOOD}resource: { a.b: 5 }\n`,
    messages: ['audit.yaml:3:18: resource."a.b": expected a string, found 5 (number); put it in quotes'],
  },
  {
    title: 'number out of range and not whole',
    text: 'receivers: { auditLog: { maxInFlight: 0 }, auditLog/b: { maxInFlight: 1.5 } }\nexporters: { debug: {} }\n',
    messages: [
      'audit.yaml:1:39: receivers.auditLog.maxInFlight: expected a number of at least 1, found 0 (number)',
      'audit.yaml:1:71: receivers.auditLog/b.maxInFlight: expected a whole number, found 1.5 (number)',
    ],
  },
  {
    title: 'empty list where one entry is needed',
    text: `${GOOD}processors: { filter: { verbs: [] } }\n`,
    messages: ['audit.yaml:3:32: processors.filter.verbs: expected at least 1 entry, found a list'],
  },
  {
    title: 'required option that is missing: the place is the component',
    text: 'receivers: { auditLog: {} }\nexporters:\n  otlp: {}\n',
    messages: ['audit.yaml:3:3: exporters.otlp.endpoint: missing; expected a string'],
  },
  {
    title: 'password in a URL is not shown',
    text: 'receivers: { auditLog: {} }\nexporters:\n  otlp: { endpoint: "x ://joe:hunter2@host" }\n',
    messages: ['audit.yaml:3:21: exporters.otlp.endpoint: expected a URL, found "x ://joe:<hidden>@host"'],
  },
  {
    title: 'options of one of several forms: the problems of the form that is meant',
    text: 'receivers: { auditLog: {} }\nexporters:\n  store: { folder: a, rotat: true }\n  store/b: 5\n  store/c: { folder: 5 }\n',
    messages: [
      'audit.yaml:3:23: exporters.store.rotat: unknown key; did you mean "rotate"? Known keys: url, retention, folder, rotate',
      'audit.yaml:4:12: exporters.store/b: expected a mapping, found 5 (number)',
      'audit.yaml:5:22: exporters.store/c.folder: expected a string, found 5 (number); put it in quotes',
    ],
  },
  {
    title: 'secrets of the wrong kind or in the wrong shape are not shown',
    text: otlp('    password: 4711\n    headers: Bearer hunter2\n'),
    messages: [
      'audit.yaml:5:15: exporters.otlp.password: expected a string, found a number; put it in quotes',
      'audit.yaml:6:14: exporters.otlp.headers: expected a mapping, found a string',
    ],
  },
  {
    title: 'substituted values are not shown',
    text: 'receivers: { auditLog: {} }\nexporters:\n  otlp:\n    endpoint: ${env:TOKEN}\n    timeout: ${env:NUMBER}\n    compression: a${env:TOKEN}\n',
    messages: [
      'audit.yaml:4:15: exporters.otlp.endpoint: expected a URL, found a string',
      'audit.yaml:5:14: exporters.otlp.timeout: expected a duration such as 10s, found a string',
      'audit.yaml:6:18: exporters.otlp.compression: expected one of "gzip", "zstd", "none", found a string',
    ],
  },
  {
    title: 'substituted names are not shown',
    text: pipeline('{ receivers: ["${env:TOKEN}"], exporters: [debug] }'),
    messages: [
      'audit.yaml:5:25: service.pipelines.main.receivers.0: a name that came from a substitution is not known here',
    ],
  },
  {
    title: 'environment variable that is not set',
    text: otlp('    password: ${env:NOPE}\n'),
    messages: [
      'audit.yaml:5:15: exporters.otlp.password: the environment variable NOPE is not set; set it, or write ${env:NOPE:-default}',
    ],
  },
  {
    title: 'substituted file that is missing or a directory',
    text: otlp('    password: ${file:/no/such/file}\n    headers: { a: "x${file:/}" }\n'),
    messages: [
      'audit.yaml:5:15: exporters.otlp.password: cannot read the file /no/such/file: no such file',
      'audit.yaml:6:19: exporters.otlp.headers.a: cannot read the file /: it is a directory, expected a file',
    ],
  },
  {
    title: 'substitution of an unknown kind, without showing it',
    text: otlp('    password: ab${cd}\n    headers: { a: "${", b: "${file:relative}" }\n'),
    messages: [
      `audit.yaml:5:15: exporters.otlp.password: "\${" begins a substitution: expected ${FORMS}; write $$ for a "$"`,
      `audit.yaml:6:19: exporters.otlp.headers.a: "\${" begins a substitution: expected ${FORMS}; write $$ for a "$"`,
      `audit.yaml:6:28: exporters.otlp.headers.b: "\${" begins a substitution: expected ${FORMS}; write $$ for a "$"`,
    ],
  },
  {
    title: 'unknown component types, with the nearest',
    text: 'receivers: { auditlog: {} }\nprocessors: { redact: {} }\nexporters:\n  otpl/x: {}\n',
    messages: [
      'audit.yaml:1:14: receivers.auditlog: unknown receiver "auditlog"; did you mean "auditLog"? Known receivers: auditLog',
      'audit.yaml:2:15: processors.redact: unknown processor "redact"; known processors: filter',
      'audit.yaml:4:3: exporters.otpl/x: unknown exporter "otpl"; did you mean "otlp"? Known exporters: otlp, debug, store',
    ],
  },
  {
    title: 'id without a name after its slash, or with one that is no file name',
    text: 'receivers: { auditLog/: {} }\nexporters: { debug/../x: {} }\n',
    messages: [
      'audit.yaml:1:14: receivers.auditLog/: expected an id such as auditLog or auditLog/name, of at most 100 letters, digits and . _ -',
      'audit.yaml:2:14: exporters."debug/../x": expected an id such as debug or debug/name, of at most 100 letters, digits and . _ -',
    ],
  },
  {
    title: 'pipeline of components that are not configured, or named twice',
    text: pipeline('{ receivers: [auditLogs], processors: [filter], exporters: [debug, debug] }'),
    messages: [
      'audit.yaml:5:25: service.pipelines.main.receivers.0: no receiver "auditLogs" is configured; did you mean "auditLog"? Configured: auditLog',
      'audit.yaml:5:50: service.pipelines.main.processors.0: no processor "filter" is configured; configured: none',
      'audit.yaml:5:78: service.pipelines.main.exporters.1: "debug" is there twice',
    ],
  },
  {
    title: 'pipeline without a receiver and without an exporter',
    text: pipeline('{ receivers: [], exporters: [] }'),
    messages: [
      'audit.yaml:5:24: service.pipelines.main.receivers: expected at least one receiver, found none',
      'audit.yaml:5:39: service.pipelines.main.exporters: expected at least one exporter, found none',
    ],
  },
  {
    title: 'pipeline with a key missing',
    text: pipeline('{ receivers: [auditLog] }'),
    messages: ['audit.yaml:5:5: service.pipelines.main.exporters: missing; expected a list'],
  },
  {
    title: 'pipeline name that is no file name',
    text: `${GOOD}service: { pipelines: { ../x: { receivers: [auditLog], exporters: [debug] } } }\n`,
    messages: [
      'audit.yaml:3:25: service.pipelines."../x": expected a name of at most 100 letters, digits and . _ -, not beginning with . or -',
    ],
  },
  {
    title: 'no pipelines at all',
    text: `${GOOD}service: { pipelines: {} }\n`,
    messages: [
      'audit.yaml:3:23: service.pipelines: expected at least one pipeline; leave pipelines out for one of everything',
    ],
  },
  {
    title: 'neither receivers nor exporters',
    text: 'receivers:\nservice: {}\n',
    messages: [
      'audit.yaml:1:1: receivers: expected at least one receiver, found none',
      'audit.yaml:1:1: exporters: expected at least one exporter, found none',
    ],
  },
  {
    title: 'unknown attributes, and one that is included and excluded',
    text: `${GOOD}attributes:\n  include: [user.uidd, verb]\n  exclude: [k8s.auditlog.verb, k8s.auditlog.x]\n`,
    messages: [
      'audit.yaml:4:13: attributes.include.0: unknown attribute "user.uidd"; did you mean "user.uid"? Known attributes: verb, user.username, user.uid',
      'audit.yaml:5:13: attributes.exclude.0: "k8s.auditlog.verb" is in include too; keep one',
      'audit.yaml:5:32: attributes.exclude.1: unknown attribute "k8s.auditlog.x"; known attributes: verb, user.username, user.uid',
    ],
  },
  {
    title: 'key that is there twice, beside other problems',
    text: 'receivers:\n  auditLog: {}\n  auditLog: { foo: 1 }\nexporters: { debug: {} }\n',
    messages: [
      'audit.yaml:3:3: the key auditLog is there twice; keep one',
      'audit.yaml:3:15: receivers.auditLog.foo: unknown key; known keys: pathPrefix, maxInFlight, maxLine',
    ],
  },
  {
    title: 'YAML with a tab',
    text: 'receivers:\n\tauditLog: {}\n',
    messages: ['audit.yaml:2:1: not valid YAML: Tabs are not allowed as indentation'],
  },
  {
    title: 'YAML with an open quote, whose text is not shown',
    text: 'exporters: { otlp: { password: "hunter2 } }\n',
    messages: ['audit.yaml:2:1: not valid YAML: Missing closing "quote'],
  },
  {
    title: 'YAML block scalar header that is none, whose text is not shown',
    text: 'resource:\n  a: |hunter2\n',
    messages: ['audit.yaml:2:7: not valid YAML: Block scalar header includes extra characters'],
  },
  {
    title: 'YAML with something where nothing may be, whose text is not shown',
    text: 'resource: { a: b } hunter2\nexporters: {}\nx: {}\n',
    messages: ['audit.yaml:1:20: not valid YAML: Unexpected scalar at node end'],
  },
  {
    title: 'YAML that is derailed: what follows is noise and left out',
    text: 'resource: { a: b } }\nexporters: |hunter2\n',
    messages: ['audit.yaml:1:20: not valid YAML: Unexpected flow-map-end token in YAML stream'],
  },
  {
    title: 'substitution without quotes between braces',
    text: 'exporters: { otlp: { password: ${file:/x} } }\n',
    messages: [
      'audit.yaml:1:33: not valid YAML: Unexpected flow-map-start at node end; between { } or [ ] write quotes around "${…}"',
    ],
  },
  {
    title: 'second YAML document',
    text: `${GOOD}---\n${GOOD}`,
    messages: ['audit.yaml:3:1: not valid YAML: expected one document, found a second one after ---'],
  },
  {
    title: 'password that YAML takes for a tag',
    text: 'receivers: { auditLog: !hunter2 }\nexporters: { debug: {} }\n',
    messages: ['audit.yaml:1:24: unknown tag; put a value that begins with ! in quotes'],
  },
  {
    title: 'password that YAML takes for an alias',
    text: 'receivers: { auditLog: *hunter2 }\nexporters: { debug: {} }\n',
    messages: [
      'audit.yaml:1:24: receivers.auditLog: an alias without an anchor before it; put a value that begins with * in quotes',
    ],
  },
  {
    title: 'alias that contains itself',
    text: `${GOOD}cluster: &c { name: *c }\n`,
    messages: [
      'audit.yaml:3:21: cluster.name.name: is too large or nested too deep; does an alias contain itself?',
      'audit.yaml:3:21: cluster.name: expected a string, found a mapping',
    ],
  },
  {
    title: 'key that is no name',
    text: 'receivers: { auditLog: { ? [a] : 1 } }\nexporters: { debug: { __proto__: {} } }\n',
    messages: [
      'audit.yaml:1:24: receivers.auditLog: has a key that is not a plain name',
      'audit.yaml:2:21: exporters.debug: has a key that is not a plain name',
    ],
  },
  {
    title: 'empty file',
    text: '# nothing\n',
    messages: ['audit.yaml:1:1: the file is empty; expected a mapping with the keys receivers and exporters'],
  },
  {
    title: 'list at the top',
    text: '\n- receivers\n',
    messages: ['audit.yaml:2:1: expected a mapping with the keys receivers and exporters, found a list'],
  },
  {
    title: 'single value at the top',
    text: 'receivers\n',
    messages: [
      'audit.yaml:1:1: expected a mapping with the keys receivers and exporters, found a single value',
    ],
  },
  {
    title: 'sections of the wrong kind',
    text: 'receivers: 5\nexporters: [debug]\nservice: []\n',
    messages: [
      'audit.yaml:1:12: receivers: expected a mapping, found 5 (number)',
      'audit.yaml:2:12: exporters: expected a mapping, found a list',
      'audit.yaml:3:10: service: expected a mapping, found a list',
    ],
  },
  {
    title: 'problems of overrides name the override, without its value, and come last',
    text: `${GOOD}foo: 1\n`,
    overrides: [
      'exporters.otlp.endpoint=nowhere',
      'exporters.otlp.compresion=zstd',
      'resource."a.b"=5',
      'receivers.auditLog.maxInFlight=many',
    ],
    messages: [
      'audit.yaml:3:1: foo: unknown key; known keys: receivers, processors, exporters, attributes, cluster, resource, service, tests',
      '--set receivers.auditLog.maxInFlight=…: receivers.auditLog.maxInFlight: expected a number, found "many"',
      '--set exporters.otlp.endpoint=…: exporters.otlp.endpoint: expected a URL, found "nowhere"',
      `--set exporters.otlp.compresion=…: exporters.otlp.compresion: unknown key; did you mean "compression"? Known keys: ${OTLP_KEYS}`,
      '--set resource."a.b"=…: resource."a.b": expected a string, found 5 (number); put it in quotes',
    ],
  },
  {
    title: 'overrides that cannot be applied',
    text: `${GOOD}cluster: { name: &n prod, uid: *n }\nattributes: { include: [user.uid] }\n`,
    overrides: [
      'foo',
      '.a=1',
      'cluster.name.x=1',
      'cluster.uid.x=1',
      'attributes.include.2=verb',
      'resource={a',
    ],
    messages: [
      '--set foo: expected key.key=value, a key with a dot in quotes: resource."k8s.node.name"=x',
      '--set .a=…: expected key.key=value, a key with a dot in quotes: resource."k8s.node.name"=x',
      '--set cluster.name.x=…: cluster.name is a single value, it has no keys',
      '--set cluster.uid.x=…: cluster.uid is an alias; set the key in the file',
      '--set attributes.include.2=…: attributes.include is a list of 1; expected an index up to its length, found "2"',
      '--set resource=…: the value begins as a YAML list, mapping or quoted string and is not one',
    ],
  },
]

suite('a wrong configuration says what, where, what was expected and what was found:', () => {
  for (const { title, text, overrides = [], messages } of ROWS) {
    test(title, async () => {
      const env = { TOKEN: 'hunter2', NUMBER: '4711' }
      const error: unknown = await load(text, { overrides, env }).then(
        () => assert.fail('it was accepted'),
        reason => reason,
      )
      assert.ok(error instanceof ConfigError, String(error))
      assert.deepEqual(error.message.split('\n'), messages)
    })
  }

  test('a problem has its file, line, column, path and message as fields', async () => {
    const error: unknown = await load(`${GOOD}x: 1\n`).catch(reason => reason)
    assert.ok(error instanceof ConfigError)
    const message = error.problems[0]?.message
    assert.deepEqual(error.problems, [{ file: 'audit.yaml', line: 3, column: 1, path: 'x', message }])
  })

  test('aliases that multiply are refused in bounded time', async () => {
    const levels = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`)
    await assert.rejects(load(`a0: &a0 x\n${levels.join('\n')}\n`), /too large or nested too deep/)
  })

  test('brackets nested by the thousand are refused', async () => {
    await assert.rejects(load('['.repeat(20_000)), ConfigError)
  })
})
