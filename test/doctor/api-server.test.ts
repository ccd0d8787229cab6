import assert from 'node:assert/strict'
import { mkdir, readFile, rename, rm, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { bareMachine, examined, type Machine, POLICIES, recentEvent } from './machine.ts'

const LOG = '/var/lib/rancher/k3s/server/logs/audit.log'
const POLICY = '/var/lib/rancher/k3s/server/audit-policy.yaml'
const CONFIG = '/etc/rancher/k3s/config.yaml'
const BASELINE = await readFile(join(POLICIES, 'baseline.yaml'), 'utf8')

const K3S = `kube-apiserver-arg:
  - audit-policy-file=${POLICY}
  - audit-log-path=${LOG}
  - audit-log-maxsize=100
  - audit-log-maxbackup=10
  - audit-log-maxage=30
`
const RKE2_POLICY = '/etc/rancher/rke2/audit-policy.yaml'
const KUBEADM_LOG = '/var/log/kubernetes/audit/audit.log'
const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'
const KUBEADM = `apiVersion: v1
kind: Pod
metadata: { name: kube-apiserver, namespace: kube-system }
spec:
  hostNetwork: true
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.3
      command:
        - kube-apiserver
        - --advertise-address=10.0.0.1
        - --audit-policy-file=/etc/kubernetes/audit-policy.yaml
        - --audit-log-path=${KUBEADM_LOG}
        - --audit-log-maxbackup=10
      volumeMounts:
        - { mountPath: /etc/kubernetes/audit-policy.yaml, name: audit-policy, readOnly: true }
        - { mountPath: /var/log/kubernetes/audit, name: audit-log }
  volumes:
    - { name: audit-policy, hostPath: { path: /etc/kubernetes/audit-policy.yaml, type: File } }
    - { name: audit-log, hostPath: { path: /var/log/kubernetes/audit, type: DirectoryOrCreate } }
`

const RKE2_MANIFEST = '/var/lib/rancher/rke2/agent/pod-manifests/kube-apiserver.yaml'
const RKE2_MADE = KUBEADM.replaceAll(KUBEADM_LOG, '/var/lib/rancher/rke2/server/logs/audit.log')
  .replaceAll('/var/log/kubernetes/audit', '/var/lib/rancher/rke2/server/logs')
  .replaceAll('/etc/kubernetes/audit-policy.yaml', RKE2_POLICY)
  .replace('command:', 'args:')

async function k3s(machine: Machine): Promise<void> {
  await machine.write(CONFIG, K3S)
  await machine.write(POLICY, BASELINE)
  await machine.write(LOG, recentEvent())
}

async function rke2(machine: Machine): Promise<void> {
  await machine.write('/etc/rancher/rke2/config.yaml', `audit-policy-file: ${RKE2_POLICY}\n`)
  await machine.write(RKE2_POLICY, BASELINE)
  await machine.write('/var/lib/rancher/rke2/server/logs/audit.log', recentEvent())
}

async function kubeadm(machine: Machine): Promise<void> {
  await machine.write(MANIFEST, KUBEADM)
  await machine.write('/etc/kubernetes/audit-policy.yaml', BASELINE)
  await machine.write(KUBEADM_LOG, recentEvent())
}

const faulty =
  (distribution: (machine: Machine) => Promise<void>, fault: (machine: Machine) => Promise<void>) =>
  async (machine: Machine) => {
    await distribution(machine)
    await fault(machine)
  }
const configured = (from: string | RegExp, to: string) =>
  faulty(k3s, machine => machine.write(CONFIG, K3S.replace(from, to)))
const manifest = (from: string | RegExp, to: string) =>
  faulty(kubeadm, machine => machine.write(MANIFEST, KUBEADM.replace(from, to)))
const made = (from: string | RegExp, to: string) =>
  faulty(rke2, machine => machine.write(RKE2_MANIFEST, RKE2_MADE.replace(from, to)))
const policy = (text: string) => faulty(k3s, machine => machine.write(POLICY, text))
const rules = (...rules: string[]) =>
  policy(`apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n${rules.map(rule => `  - ${rule}\n`).join('')}`)

suite('a machine on which all is right', () => {
  const rows: [title: string, make: (machine: Machine) => Promise<void>][] = [
    ['k3s by config.yaml', k3s],
    [
      'k3s by a drop-in that adds to another',
      async machine => {
        await k3s(machine)
        await machine.write(CONFIG, 'token: secret\nkube-apiserver-arg: [v=1]\n')
        await machine.write(`${CONFIG}.d/50-audit.yaml`, K3S.replace('arg:', 'arg+:'))
      },
    ],
    [
      'k3s by the arguments of its service, which win',
      async machine => {
        await k3s(machine)
        await machine.write(CONFIG, 'kube-apiserver-arg: audit-log-path=-\n')
        const args = K3S.match(/audit-.*/g)?.map(arg => `\t'--kube-apiserver-arg=${arg}' \\\n`)
        const start = `ExecStart=/usr/local/bin/k3s \\\n    server \\\n${args?.join('')}\n`
        await machine.write('/etc/systemd/system/k3s.service', `[Service]\nType=notify\n${start}`)
      },
    ],
    ['RKE2 by what it is told and what it adds', rke2],
    [
      'RKE2 by the manifest that it made',
      async machine => {
        await rke2(machine)
        await machine.write('/etc/rancher/rke2/config.yaml', 'data-dir: /data/rke2\n')
        await machine.write('/data/rke2/agent/pod-manifests/kube-apiserver.yaml', RKE2_MADE)
      },
    ],
    [
      'k3s with a policy that has empty lists, which are as good as none',
      rules(
        '{ level: None, users: [kubelet], verbs: [], resources: [], namespaces: [], nonResourceURLs: null }',
        '{ level: Metadata, users: null, userGroups: [], omitStages: null, resources: [{ group: null, resources: [] }] }',
        '{ level: None, resources: [], namespaces: [], nonResourceURLs: [/healthz*] }',
      ),
    ],
    [
      'k3s by the file that its service names',
      async machine => {
        await k3s(machine)
        await machine.write(CONFIG, 'kube-apiserver-arg: audit-log-path=-\n')
        await machine.write('/opt/k.yaml', K3S)
        const unit = '[Service]\nExecStart=/usr/local/bin/k3s server --config /opt/k.yaml\n'
        await machine.write('/etc/systemd/system/k3s.service', unit)
      },
    ],
    [
      'k3s with its folder elsewhere, by absolute links',
      faulty(k3s, async machine => {
        await mkdir(machine.at('/data/disks'), { recursive: true })
        await rename(machine.at('/var/lib/rancher/k3s'), machine.at('/data/disks/k3s'))
        await symlink('/data/k3s', machine.at('/var/lib/rancher/k3s'))
        await symlink('../../data/disks/k3s', machine.at('/data/k3s'))
      }),
    ],
    [
      'k3s with a last line of more than 1 MiB',
      faulty(k3s, machine => machine.write(LOG, recentEvent() + recentEvent(2, 2 * 1024 * 1024))),
    ],
    [
      'k3s with a last line that is too long to look at',
      faulty(k3s, machine => machine.write(LOG, recentEvent() + recentEvent(2, 17 * 1024 * 1024))),
    ],
    [
      'k3s that writes elsewhere than it usually does',
      faulty(configured(LOG, '/var/log/audit/k3s.log'), async machine => {
        await rm(machine.at(LOG))
        await machine.write('/var/log/audit/k3s.log', recentEvent())
      }),
    ],
    ['kubeadm', kubeadm],
    ['kubeadm, flag and value as two words', manifest(/--audit-log-path=/, '--audit-log-path\n        - ')],
    [
      'kubeadm with nulls for empty lists',
      manifest(/command:\s+- kube-apiserver\n/, 'command: null\n      args:\n        - kube-apiserver\n'),
    ],
    [
      'kubeadm by a shell, its process seen',
      faulty(manifest(/- kube-apiserver\n/, '- sh\n        - -c\n'), async machine => {
        const args = KUBEADM.match(/--audit\S*/g) ?? []
        await machine.write('/proc/42/cmdline', ['kube-apiserver', ...args, ''].join('\0'))
      }),
    ],
    [
      'kubeadm, its process seen',
      async machine => {
        await kubeadm(machine)
        const args = KUBEADM.match(/--audit\S*/g) ?? []
        await machine.write('/proc/42/cmdline', ['kube-apiserver', ...args, ''].join('\0'))
      },
    ],
  ]
  for (const [title, make] of rows)
    test(title, async t => {
      const machine = await bareMachine(t)
      await make(machine)
      const findings = await examined(machine)
      const bad = findings.filter(({ severity }) => severity === 'error' || severity === 'warning')
      assert.deepEqual(bad, [])
      for (const check of ['auditing', 'policy', 'rotation', 'log'])
        assert.ok(
          findings.some(finding => finding.check === check && finding.severity === 'ok'),
          check,
        )
    })
})

type Fault = [
  title: string,
  make: (machine: Machine) => Promise<void>,
  severity: 'unknown' | 'warning' | 'error',
  check: string,
  says: RegExp,
  repair: RegExp,
]

const FAULTS: Fault[] = [
  [
    'k3s without configuration',
    async machine => machine.write('/var/lib/rancher/k3s/server/token', 'x'),
    'error',
    'auditing',
    /off: .*config.yaml, which is not there does not set audit-policy-file and audit-log-path/,
    /auditship init --provider k3s/,
  ],
  [
    'a policy and no log',
    configured(/ {2}- audit-log-path.*\n/, ''),
    'error',
    'auditing',
    /does not set audit-log-path$/,
    /auditship init/,
  ],
  [
    'a webhook and no log',
    configured(/audit-log-path.*/, 'audit-webhook-config-file=/etc/hook.yaml'),
    'error',
    'auditing',
    /events go to a webhook only, not into a log: .* does not set audit-log-path$/,
    /auditship init/,
  ],
  [
    'a drop-in that replaces the arguments instead of adding to them',
    faulty(k3s, machine => machine.write(`${CONFIG}.d/90.yaml`, 'kube-apiserver-arg: [v=1]\n')),
    'error',
    'auditing',
    /90.yaml does not set audit-policy-file and audit-log-path/,
    /auditship init/,
  ],
  [
    'configuration that is no YAML',
    configured('kube', '\t- kube'),
    'error',
    'auditing',
    /\/etc\/rancher\/k3s\/config.yaml is no YAML mapping/,
    /auditship init/,
  ],
  [
    'the log on stdout',
    configured(`path=${LOG}`, 'path=-'),
    'error',
    'auditing',
    /-, which is stdout/,
    /EDITOR/,
  ],
  [
    'the legacy format',
    configured('maxage=30', 'format=legacy'),
    'error',
    'auditing',
    /legacy, which is no JSON/,
    /restart k3s/,
  ],
  [
    'the batch mode',
    configured('maxage=30', 'mode=batch'),
    'warning',
    'auditing',
    /drops events/,
    /without audit-log-mode/,
  ],
  [
    'the log on stdout, by two files',
    faulty(k3s, machine => machine.write(`${CONFIG}.d/50.yaml`, 'kube-apiserver-arg+: [audit-log-path=-]\n')),
    'error',
    'auditing',
    /config.yaml, .*50.yaml: audit-log-path is -/,
    /EDITOR \/etc\/rancher\/k3s\/config.yaml \/etc\/rancher\/k3s\/config.yaml.d\/50.yaml /,
  ],
  [
    'a log in a folder that is not mounted',
    manifest(/ +- \{ mountPath: \/var\/log.*\n/, ''),
    'error',
    'auditing',
    /in no hostPath volume, so the log stays in the container/,
    /crictl stop/,
  ],
  [
    'a policy that is not mounted',
    manifest(/ +- \{ mountPath: \/etc.*\n/, ''),
    'error',
    'policy',
    /in no hostPath volume/,
    /of type File/,
  ],
  [
    'a manifest that is no pod',
    manifest('containers:', 'boxes:'),
    'error',
    'auditing',
    /kube-apiserver.yaml is no pod/,
    /init --provider kubeadm/,
  ],
  [
    'a manifest with a name that is none',
    manifest('name: kube-apiserver\n', 'name: [kube-apiserver]\n'),
    'error',
    'auditing',
    /could run: spec.containers.0.name: [^{}\n]+$/,
    /init --provider kubeadm/,
  ],
  [
    'a manifest that is a word',
    faulty(kubeadm, machine => machine.write(MANIFEST, 'pod\n')),
    'error',
    'auditing',
    /could run: [^{}\n]*expected object[^{}\n]*$/,
    /init --provider kubeadm/,
  ],
  [
    'configuration that is a list',
    faulty(k3s, machine => machine.write(CONFIG, '- token\n')),
    'error',
    'auditing',
    /config.yaml is no YAML mapping: [^{}[\n]+$/,
    /auditship init/,
  ],
  [
    'an API server that a shell starts',
    manifest(/- kube-apiserver\n/, '- /bin/sh\n        - -c\n'),
    'unknown',
    'auditing',
    /by a shell: its flags cannot be told/,
    /cmdline \| grep audit$/,
  ],
  [
    'RKE2 that was configured and not started again',
    made(/ +- --audit.*\n/g, ''),
    'error',
    'auditing',
    /pod-manifests\S+ has audit-policy-file nothing, \/etc\/rancher\/rke2\/config.yaml says \/etc.*: it was not started again since/,
    /^systemctl restart rke2-server$/,
  ],
  [
    'RKE2 with the log on stdout',
    made(/(log-path=).*/, '$1-'),
    'error',
    'auditing',
    /pod-manifests\S+ has audit-log-path -, .*says .*: it was not started again since/,
    /^systemctl restart rke2-server$/,
  ],
  [
    'RKE2 that is told to write to stdout',
    faulty(made(/(log-path=).*/, '$1-'), machine =>
      machine.write('/etc/rancher/rke2/config.yaml', 'kube-apiserver-arg: [audit-log-path=-]\n'),
    ),
    'error',
    'auditing',
    /audit-log-path is -/,
    /^\$EDITOR \/etc\/rancher\/rke2\/config.yaml .*\nsystemctl restart rke2-server$/,
  ],
  [
    'RKE2 with a log in a folder that is not mounted',
    made(/ +- \{ mountPath: \/var\/lib.*\n/, ''),
    'error',
    'auditing',
    /in no hostPath volume/,
    /^\$EDITOR \/etc\/rancher\/rke2\/config.yaml .*kube-apiserver-extra-mount: \[\/var.*\nsystemctl restart rke2-server$/,
  ],
  [
    'RKE2 with little rotation',
    made('maxbackup=10', 'maxbackup=1'),
    'warning',
    'rotation',
    /1 backups are kept/,
    /put them into \/etc\/rancher\/rke2\/config.yaml\nsystemctl restart rke2-server$/,
  ],
  [
    'a limit that is no number',
    configured('maxbackup=10', 'maxbackup=abc'),
    'error',
    'rotation',
    /audit-log-maxbackup is abc, expected a whole number/,
    /EDITOR \/etc\/rancher\/k3s\/config.yaml .*\nsystemctl restart k3s$/,
  ],
  [
    'a process older than its manifest',
    faulty(kubeadm, machine => machine.write('/proc/42/cmdline', 'kube-apiserver\0--v=1\0')),
    'error',
    'auditing',
    /runs with audit-policy-file nothing, .* says \/etc/,
    /crictl stop/,
  ],
  [
    'no policy',
    faulty(k3s, machine => rm(machine.at(POLICY))),
    'error',
    'policy',
    /there is no policy \/var.*which \/etc\/rancher/,
    /install -m 600 audit-policy.yaml/,
  ],
  ['a policy that is no YAML', policy('rules: ['), 'error', 'policy', /is not valid: /, /EDITOR/],
  [
    'a policy of another version',
    policy(BASELINE.replace('audit.k8s.io/v1', 'audit.k8s.io/v1beta1')),
    'error',
    'policy',
    /is not valid: apiVersion: /,
    /EDITOR/,
  ],
  [
    'a policy without rules',
    policy(BASELINE.replace(/rules:.*/s, 'rules: []\n')),
    'error',
    'policy',
    /rules: /,
    /EDITOR/,
  ],
  ['a level that does not exist', rules('level: Metdata'), 'error', 'policy', /rules.0.level: /, /EDITOR/],
  ...['apps/v1', '"*"', 'Apps', 'apps.'].map(
    (group): Fault => [
      `a group that the API server refuses: ${group}`,
      rules(`{ level: Metadata, resources: [{ group: ${group} }] }`, 'level: Metadata'),
      'error',
      'policy',
      /is not valid: rules.0.resources.0.group: expected the name of an API group without version/,
      /EDITOR/,
    ],
  ),
  [
    'an unknown key beside an empty list, which is no list',
    rules('{ level: Metadata, verbs: [], omitStage: [] }'),
    'warning',
    'policy',
    /ignores: rules.0: .*omitStage/,
    /EDITOR/,
  ],
  [
    'an unknown key that hides another fault',
    rules('{ level: Metadata, omitStage: [], resources: [{ resourceNames: [web] }] }'),
    'error',
    'policy',
    /is not valid: .*omitStage.*; rules.0.resources.0: resourceNames need resources/,
    /EDITOR/,
  ],
  [
    'a key that does not exist, which the API server ignores',
    policy(BASELINE.replace('omitStages', 'omitStage')),
    'warning',
    'policy',
    /has keys that the API server ignores: .*omitStage/,
    /EDITOR/,
  ],
  ["RKE2's own policy", rules('level: None'), 'error', 'policy', /records nothing/, /auditship init/],
  [
    'exec by SPDY only',
    rules('{ level: Metadata, verbs: [create], resources: [{ group: "", resources: [pods/exec] }] }'),
    'error',
    'policy',
    /does not record exec by WebSocket \(verb get.*no rule fits/,
    /auditship init/,
  ],
  [
    'pods without their subresources',
    rules('{ level: Metadata, resources: [{ resources: [pods] }] }'),
    'error',
    'policy',
    /does not record exec by SPDY/,
    /auditship init/,
  ],
  [
    'nothing of administrators',
    rules('{ level: None, userGroups: ["system:masters"] }', 'level: Metadata'),
    'error',
    'policy',
    /by system:admin of system:masters in the namespace default: rule 1 decides/,
    /auditship init/,
  ],
  [
    'no stage after the first',
    rules('{ level: Metadata, omitStages: [ResponseStarted, ResponseComplete] }'),
    'error',
    'policy',
    /omitStages has ResponseStarted and ResponseComplete/,
    /auditship init/,
  ],
  [
    'backups without end',
    configured(/ {2}- audit-log-max(backup|age).*\n.*\n/, ''),
    'warning',
    'rotation',
    /neither audit-log-maxbackup nor audit-log-maxage/,
    /auditship init/,
  ],
  [
    'too little for an outage',
    configured('maxbackup=10', 'maxbackup=1'),
    'warning',
    'rotation',
    /at 100 MB, 1 backups are kept, for 30 days: 200 MB at most/,
    /auditship init/,
  ],
  [
    'no folder of the log',
    faulty(k3s, machine => rm(machine.at('/var/lib/rancher/k3s/server/logs'), { recursive: true })),
    'error',
    'log',
    /there is no log .*and no folder/,
    /install -d -m 700 .*logs\nsystemctl restart k3s/,
  ],
  [
    'a folder and no log',
    faulty(k3s, machine => rename(machine.at(LOG), machine.at(`${LOG}.old`))),
    'error',
    'log',
    /there is no log .*audit.log$/,
    /ls -la/,
  ],
  [
    'a folder in the place of the log, as a mount makes one',
    faulty(k3s, async machine => {
      await rm(machine.at(LOG))
      await machine.write(`${LOG}/x`, '')
    }),
    'error',
    'log',
    /expected a regular file/,
    /ls -ld/,
  ],
  [
    'a link to itself in the place of the log',
    faulty(k3s, async machine => {
      await rm(machine.at(LOG))
      await symlink('audit.log', machine.at(LOG))
    }),
    'error',
    'log',
    /cannot read .*audit.log/,
    /ls -ld/,
  ],
  [
    'an empty log',
    faulty(k3s, machine => machine.write(LOG, '')),
    'warning',
    'log',
    /is empty/,
    /kubectl get secrets/,
  ],
  [
    'lines that are no events',
    faulty(k3s, machine => machine.write(LOG, 'I0501 10:31:02 kubelet started\n')),
    'error',
    'log',
    /no audit events, among its last ones: not JSON/,
    /tail/,
  ],
  [
    'a log that does not grow',
    faulty(k3s, machine => utimes(machine.at(LOG), hoursAgo(3), hoursAgo(3))),
    'warning',
    'log',
    /does not grow: last written 3 h ago/,
    /kubectl get secrets.*\n.*\nsystemctl restart k3s/,
  ],
  [
    'a log that was renamed under the API server',
    faulty(k3s, async machine => {
      await machine.write(`${LOG}.1`, recentEvent())
      await utimes(machine.at(LOG), hoursAgo(0.1), hoursAgo(0.1))
    }),
    'warning',
    'log',
    /audit.log.1 was written after .*audit.log/,
    /restart k3s/,
  ],
  [
    'events of the future',
    faulty(k3s, machine => machine.write(LOG, recentEvent().replaceAll(/20\d\d-/g, '2099-'))),
    'warning',
    'clock',
    /in the future/,
    /timedatectl/,
  ],
]

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)

suite('a machine with a fault', () => {
  for (const [title, make, severity, check, says, repair] of FAULTS)
    test(`${severity}: ${title}`, async t => {
      const machine = await bareMachine(t)
      await make(machine)
      const findings = await examined(machine)
      const found = findings.find(finding => finding.check === check && says.test(finding.message))
      assert.ok(found, JSON.stringify(findings, null, 2))
      assert.equal(found.severity, severity)
      assert.match(found.repair ?? '', repair)
    })
})

test('what is found in a folder is named as on the machine that it is of', async t => {
  const machine = await bareMachine(t)
  await k3s(machine)
  for (const spoil of [() => machine.write(LOG, 'x\n'), () => rm(machine.at(LOG))]) {
    await spoil()
    assert.doesNotMatch(JSON.stringify(await examined(machine)), new RegExp(machine.root))
  }
})

test('a machine without an API server is said to be one, and is no fault of it', async t => {
  const findings = await examined(await bareMachine(t))
  const found = findings.find(({ check }) => check === 'auditing')
  assert.equal(found?.severity, 'unknown')
  assert.match(found?.message ?? '', /no API server of k3s, RKE2 or kubeadm/)
})
