/** Why a webhook was turned away: the closed list behind the metric dimension, the log field and the local journey. */
export const REJECTION_STATUS = {
  missing_signature: 401,
  malformed_signature: 401,
  unknown_key: 401,
  signature_mismatch: 401,
  timestamp_too_old: 401,
  timestamp_in_future: 401,
  malformed_body: 400,
  unknown_provider: 404,
  body_too_large: 413,
  wrong_content_type: 415,
} as const;

export type RejectionReason = keyof typeof REJECTION_STATUS;

/** What the caller may know of it: nothing about which part of a signature was wrong. */
const PUBLIC_MESSAGE: Readonly<Record<number, string>> = {
  401: 'Signature verification failed',
  404: 'Unknown provider',
};

/** A webhook that is turned away. Its message may be shown to the caller once the signature has been verified. */
export class Rejection extends Error {
  public constructor(public readonly reason: RejectionReason, message: string) {
    super(message);
    this.name = 'Rejection';
  }

  public get status(): number {
    return REJECTION_STATUS[this.reason];
  }

  public get publicMessage(): string {
    return PUBLIC_MESSAGE[this.status] ?? this.message;
  }
}

export function malformed(message: string): Rejection {
  return new Rejection('malformed_body', message);
}
