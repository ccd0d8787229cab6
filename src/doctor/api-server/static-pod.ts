import { parse } from 'yaml'
import { z } from 'zod'
import type { Mount } from './api-server.ts'
import { type Flags, flagsOf } from './flags.ts'

const strings = z.array(z.string()).default([])

const pod = z.object({
  spec: z.object({
    containers: z.array(
      z.object({
        name: z.string().optional(),
        command: strings,
        args: strings,
        volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).default([]),
      }),
    ),
    volumes: z
      .array(z.object({ name: z.string(), hostPath: z.object({ path: z.string() }).optional() }))
      .default([]),
  }),
})

/** An API server that the kubelet runs. */
export interface StaticPod {
  readonly flags: Flags
  readonly mounts: readonly Mount[]
}

/** The API server of a static pod's manifest. @throws Error when it is none */
export function readStaticPod(manifest: string): StaticPod {
  const { containers, volumes } = pod.parse(parse(manifest)).spec
  const container = containers.find(({ name }) => name === 'kube-apiserver') ?? containers[0]
  if (container === undefined) throw new Error('expected a container kube-apiserver, found none')
  const paths = new Map(volumes.map(({ name, hostPath }) => [name, hostPath?.path]))
  const mounts = container.volumeMounts.flatMap(({ name, mountPath }) => {
    const hostPath = paths.get(name)
    return hostPath === undefined
      ? []
      : [{ mountPath: withoutSlash(mountPath), hostPath: withoutSlash(hostPath) }]
  })
  return { flags: flagsOf([...container.command, ...container.args]), mounts }
}

const withoutSlash = (path: string) => path.replace(/\/+$/, '')
