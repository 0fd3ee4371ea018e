/** A message to a person or an outside server, which stays on this machine. */
export interface Mail {
  readonly protocol: 'email' | 'email-json' | 'sms' | 'http' | 'https';
  readonly endpoint: string;
  readonly subject?: string;
  /** What the reader sees, without the unsubscribe footer of emails. */
  readonly body: string;
  readonly messageId: string;
  /** Unset for text messages sent straight to a phone number. */
  readonly topicArn?: string;
  /** ISO time. */
  readonly at: string;
}

export function isMailProtocol(protocol: string): protocol is Mail['protocol'] {
  return ['email', 'email-json', 'sms', 'http', 'https'].includes(protocol);
}
