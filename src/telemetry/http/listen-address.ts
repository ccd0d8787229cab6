/** Where to listen. */
export interface ListenAddress {
  /** A name or an address; undefined for all addresses, of IPv6 too where the host has it. */
  readonly host: string | undefined
  /** 0 for any that is free. */
  readonly port: number
}

/** Takes `127.0.0.1:9464`, `[::1]:9464`, `localhost:9464` and, for all addresses, `:9464` apart. @throws for anything else */
export function listenAddress(text: string): ListenAddress {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  if (port === '' || Number(port) > 65_535) throw new Error(`expected HOST:PORT or :PORT, found ${text}`)
  return { host: bracketed || plain || undefined, port: Number(port) }
}
