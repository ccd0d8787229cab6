/** Where a shipper finds everything in one run. */
export interface Site {
  /** The folder of `audit.log`. */
  readonly logs: string
  readonly log: string
  /** A folder of its own that survives its crash. */
  readonly state: string
  /** OTLP over HTTP, without `/v1/logs`. */
  readonly endpoint: string
}

/** A command and its arguments. */
export type Command = readonly [file: string, ...args: string[]]

/** A program that ships the log. */
export interface Shipper {
  /** As `--shippers` takes it. */
  readonly name: string
  /** Name and version for the table. */
  readonly title: string
  /** Writes its configuration into `site.state` and returns what runs it. */
  command(site: Site): Command
}
