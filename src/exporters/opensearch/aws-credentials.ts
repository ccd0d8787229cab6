import { RetryableError } from '../../pipeline/errors.ts'

/** Credentials of AWS as its SDK has them. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

type Provider = () => Promise<AwsCredentials>

/** Named by a variable, or TypeScript would look for it: it is not a dependency, it is as large as auditship. */
const CHAIN = '@aws-sdk/credential-provider-node'

/** From the environment, else from AWS's own chain (files, web identity, instance metadata) when its package is installed. */
export class AwsCredentialSource {
  #chain: Provider | undefined

  /** The credentials to use now. @throws RetryableError when there are none */
  async get(): Promise<AwsCredentials> {
    const {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    } = process.env
    if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, sessionToken }
    this.#chain ??= await loadChain()
    try {
      return await this.#chain()
    } catch (cause) {
      this.forget()
      throw new RetryableError('no AWS credentials', { cause, needsOperator: true })
    }
  }

  /** Has the chain look again: it keeps what it found until that expires, if ever. */
  forget(): void {
    this.#chain = undefined
  }
}

async function loadChain(): Promise<Provider> {
  try {
    const chain: { defaultProvider(): Provider } = await import(CHAIN)
    return chain.defaultProvider()
  } catch {
    throw new RetryableError(
      `no AWS credentials: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or the package ${CHAIN} beside auditship, which finds others`,
      { needsOperator: true },
    )
  }
}
