import type { Random } from './random.ts'

/** The alphabet Kubernetes draws generated names from: no vowels, so no words. */
const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

export const NAMESPACES = [
  ...[
    'default',
    'kube-system',
    'kube-public',
    'monitoring',
    'logging',
    'ingress-nginx',
    'cert-manager',
    'flux-system',
  ],
  ...[
    'istio-system',
    'shop',
    'shop-staging',
    'warehouse',
    'invoicing',
    'invoicing-staging',
    'search',
    'ml-batch',
  ],
  ...[
    'ml-online',
    'team-north',
    'team-south',
    'analytics',
    'kafka',
    'postgres',
    'vault',
    'gatekeeper-system',
    'velero',
  ],
  ...['runners', 'dev-anna', 'dev-carlos', 'playground'],
]

export const APPS = [
  ...[
    'web',
    'api',
    'storefront',
    'worker',
    'planner',
    'gateway',
    'login',
    'invoices',
    'stock',
    'catalogue',
    'ranking',
  ],
  ...[
    'mailer',
    'importer',
    'exporter',
    'cache',
    'redis',
    'postgres',
    'kafka-broker',
    'prometheus',
    'grafana',
    'loki',
  ],
  ...[
    'alertmanager',
    'coredns',
    'kube-proxy',
    'metrics-server',
    'cert-manager-webhook',
    'ingress-controller',
    'trainer',
  ],
]

export const NODES = Array.from(
  { length: 120 },
  (_, i) => `ip-10-${20 + (i % 4)}-${(i * 53) % 250}-${(i * 77) % 250}.eu-west-1.compute.internal`,
)

export const HUMANS = [
  ...[
    'anna@example.com',
    'carlos.ruiz@example.com',
    'oncall@example.com',
    'kubernetes-admin',
    'deploy-bot@example.com',
  ],
  ...[
    'oidc:jörg.weiß@example.de',
    'oidc:åsa.lindström@example.se',
    'oidc:王芳@example.cn',
    'oidc:鈴木.一郎@example.jp',
  ],
  ...[
    'oidc:ольга.петрова@example.ru',
    'oidc:łukasz@example.pl',
    'oidc:ليلى@example.ae',
    'mallory@contractor.example.net',
  ],
]

export const GROUPS = [
  'cluster-admins',
  'developers',
  'sre',
  'équipe-réseau',
  'データ基盤',
  'auditors',
  'oidc:engineering',
]

/** Free text as people write it into annotations, with what encoders must escape. */
export const DESCRIPTIONS = [
  'Takes orders from the shop; runbook: https://wiki.example.com/page?id=17&lang=en',
  'Zahlungen für Großhändler – Prüfung & Buchung',
  'Рассылка уведомлений (v2) <beta>',
  '注文サービス — 本番環境用',
  'Facturation « prod » – équipe réseau',
  'owner="SRE" ☎ +353 1 5550100',
  'Copies 🚀 events from the queue\n\tand stores them in "stock"\\archive',
  'Warms the cache; ttl<=300s && retries>3',
]

export const KUBERNETES_VERSIONS = ['v1.31.9', 'v1.32.5', 'v1.33.1', 'v1.33.2', 'v1.30.13']

export const suffix = (random: Random, length: number) => random.text(length, NAME_ALPHABET)
export const podName = (random: Random, app: string) => `${app}-${suffix(random, 10)}-${suffix(random, 5)}`
export const clusterIP = (random: Random) =>
  `10.${random.integer(20, 23)}.${random.integer(0, 249)}.${random.integer(1, 254)}`
export const resourceVersion = (random: Random) => String(random.integer(100_000_000, 999_999_999))
export const commit = (random: Random) => random.hex(7)
