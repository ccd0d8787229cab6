import { parse } from 'yaml'
import * as z from 'zod'
import type { Host } from '../host.ts'
import { parsed } from '../parsed.ts'

const files = z.record(z.string(), z.unknown()).nullish()

/** What k3s or RKE2 is configured with: its file, then those in the folder of the same name with `.d`, in the order of their names. */
export interface RancherConfig {
  /** The files that are there. */
  readonly sources: readonly string[]
  /** Each key with its values, of which one that takes no list uses the last. */
  readonly values: ReadonlyMap<string, readonly string[]>
}

/**
 * Reads the configuration of k3s or RKE2. A later file replaces a key of an earlier one, with a `+` behind the key
 * it adds to it. https://docs.k3s.io/installation/configuration#multiple-config-files
 * @throws Error that names a file that is no YAML mapping
 */
export async function readRancherConfig(host: Host, file: string): Promise<RancherConfig> {
  const dropIns = (await host.names(`${file}.d`)).filter(name => /\.ya?ml$/.test(name))
  const sources: string[] = []
  const values = new Map<string, readonly string[]>()
  for (const path of [file, ...dropIns.map(name => `${file}.d/${name}`)]) {
    const text = await host.text(path)
    if (text === undefined) continue
    sources.push(path)
    for (const [key, value] of Object.entries(read(path, text))) {
      const name = key.replace(/\+$/, '')
      const own = Array.isArray(value) ? value.map(String) : [String(value)]
      values.set(name, key === name ? own : [...(values.get(name) ?? []), ...own])
    }
  }
  return { sources, values }
}

function read(path: string, text: string): Record<string, unknown> {
  try {
    return parsed(files, parse(text)) ?? {}
  } catch (cause) {
    throw new Error(`${path} is no YAML mapping`, { cause })
  }
}
