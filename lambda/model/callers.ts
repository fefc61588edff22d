/** The ARN of a session of a role, up to the session's name. */
const sessionOfRole = /^(arn:[^:]{1,20}:sts::\d{12}:assumed-role\/[^/]{1,64})\//;

/** More characters than an ARN of IAM has. */
const maxLength = 2048;

/**
 * Identifies who requests something, for limits of one caller. All sessions of a role are one caller, because whoever assumes
 * the role chooses their names.
 */
export function identifyCaller(requestedBy: string | undefined): string | undefined {
  return sessionOfRole.exec((requestedBy ?? '').slice(0, maxLength))?.[1] ?? requestedBy;
}
