import { parse } from 'yaml'
import * as z from 'zod'
import { parsed } from '../parsed.ts'
import type { Mount } from './api-server.ts'
import { type Flags, flagsOfCommand } from './flags.ts'

/** In Go a list that is null is empty. */
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform(items => items ?? [])

const pod = z.object({
  spec: z.object({
    containers: list(
      z.object({
        name: z.string().optional(),
        command: list(z.string()),
        args: list(z.string()),
        volumeMounts: list(z.object({ name: z.string(), mountPath: z.string() })),
      }),
    ),
    volumes: list(z.object({ name: z.string(), hostPath: z.object({ path: z.string() }).nullish() })),
  }),
})

/** An API server that the kubelet runs. */
export interface StaticPod {
  /** Undefined when a shell makes them. */
  readonly flags: Flags | undefined
  readonly mounts: readonly Mount[]
}

/** The API server of a static pod's manifest. @throws Error when it is none */
export function readStaticPod(manifest: string): StaticPod {
  const { containers, volumes } = parsed(pod, parse(manifest)).spec
  const container = containers.find(({ name }) => name === 'kube-apiserver') ?? containers[0]
  if (container === undefined) throw new Error('expected a container kube-apiserver, found none')
  const paths = new Map(volumes.map(({ name, hostPath }) => [name, hostPath?.path]))
  const mounts = container.volumeMounts.flatMap(({ name, mountPath }) => {
    const hostPath = paths.get(name)
    return hostPath === undefined
      ? []
      : [{ mountPath: withoutSlash(mountPath), hostPath: withoutSlash(hostPath) }]
  })
  const words = [...container.command, ...container.args]
  return { flags: SHELL.test(words[0] ?? '') ? undefined : flagsOfCommand(words), mounts }
}

const SHELL = /(^|\/)(ba|da|a)?sh$/

const withoutSlash = (path: string) => path.replace(/\/+$/, '')
