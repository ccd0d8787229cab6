/** What to ask OpenSearch. */
export interface OpenSearchRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** With query; its parts encoded. */
  readonly path: string
  readonly body?: Buffer | string
  readonly headers?: Readonly<Record<string, string>>
}

/** What OpenSearch, or whatever stands in front of it, answered. */
export interface OpenSearchAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Parsed when it is JSON, as it is with every 2xx, else text; empty when there is none. Other than a 2xx it holds no secret. */
  readonly body: unknown
  /** The node that was asked, without credentials. */
  readonly node: string
}
