import { secretWords, withoutWords } from '../../http/hidden.ts'
import { readSecret, readToken } from '../../http/secret-file.ts'
import { AwsCredentialSource, type AwsCredentials } from './aws-credentials.ts'
import type { OpenSearchOptions } from './options.ts'

/** What proves to the cluster who sends one request. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>
  /** To sign the request with. */
  readonly aws: AwsCredentials | undefined
  /** What must not be shown to anyone. */
  readonly secrets: readonly string[]
}

/** Who sends, by the options. Files are read for each request, so that what is replaced is used at once. */
export class Credentials {
  readonly #options: OpenSearchOptions
  readonly #aws = new AwsCredentialSource()

  constructor(options: OpenSearchOptions) {
    this.#options = options
  }

  /** @throws RetryableError that needs an operator when something is missing */
  async prove(): Promise<Proof> {
    const { headers, aws, username, bearerTokenFile } = this.#options
    if (aws !== undefined) {
      const credentials = await this.#aws.get()
      const { secretAccessKey, sessionToken = '' } = credentials
      return {
        headers,
        aws: credentials,
        secrets: [...Object.values(headers), secretAccessKey, sessionToken],
      }
    }
    if (bearerTokenFile !== undefined)
      return withAuthorization(headers, `Bearer ${await readToken(bearerTokenFile)}`)
    if (username === undefined) return { headers, aws, secrets: Object.values(headers) }
    const password = await this.#password()
    const basic = Buffer.from(`${username}:${password}`).toString('base64')
    return withAuthorization(headers, `Basic ${basic}`, password)
  }

  /** They were refused: AWS's chain keeps what it found until that expires, if ever. */
  refused(): void {
    this.#aws.forget()
  }

  async #password(): Promise<string> {
    const { password = '', passwordFile } = this.#options
    return passwordFile === undefined ? password : readSecret('passwordFile', passwordFile)
  }
}

/** `body` with no secret in its texts. */
export function withoutSecrets(body: unknown, secrets: readonly string[]): unknown {
  const words = secretWords(secrets)
  const shown = (value: unknown) => (typeof value === 'string' ? withoutWords(words, value) : value)
  return typeof body === 'object' ? JSON.parse(JSON.stringify(body), (_, value) => shown(value)) : shown(body)
}

function withAuthorization(
  others: Readonly<Record<string, string>>,
  authorization: string,
  ...secrets: string[]
): Proof {
  const headers = { ...others, authorization }
  return { headers, aws: undefined, secrets: [...Object.values(headers), ...secrets] }
}
