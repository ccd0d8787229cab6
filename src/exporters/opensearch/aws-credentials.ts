import { RetryableError } from '../../pipeline/errors.ts'

/** Credentials of AWS as its SDK has them. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  /** When to ask for new ones. */
  readonly expiration?: Date | undefined
}

/** From the environment, else from AWS's own chain (files, web identity, instance metadata) when its package is installed. */
export async function awsCredentials(): Promise<AwsCredentials> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env
  if (accessKeyId && secretAccessKey) {
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
  }
  try {
    // Named by a variable: the package is not a dependency, it is as large as auditship.
    const name = '@aws-sdk/credential-provider-node'
    const chain: { defaultProvider(): () => Promise<AwsCredentials> } = await import(name)
    return await chain.defaultProvider()()
  } catch (cause) {
    throw new RetryableError(
      'no AWS credentials: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the package @aws-sdk/credential-provider-node',
      { cause, needsOperator: true },
    )
  }
}
