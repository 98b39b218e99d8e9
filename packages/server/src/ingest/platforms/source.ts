import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../../config.js';
import type { RowGroup, RowMessage } from '../webhooks/messages.js';

/** What a message brings; `ignored` says why it brings nothing, `refused` why it is not believed. */
export type WebhookContent =
  | {
      readonly groups: readonly RowGroup[];
      readonly platformOrder?: Omit<NonNullable<RowMessage['platformOrder']>, 'source'>;
    }
  | { readonly ignored: string }
  | { readonly refused: string };

/** THE CONTRACT of a platform that sends webhooks, each signed by the HMAC-SHA256 of its body. */
export interface WebhookSource {
  readonly key: string;
  /** None: the address answers 404. */
  secrets(config: Config): readonly string[];
  readonly headers: {
    readonly signature: string;
    readonly topic: string;
    readonly delivery: string;
    /** When it was sent, where the platform says so. */
    readonly sentAt?: string;
  };
  /** An unsigned message that only asks whether somebody is there. */
  isPing?(headers: IncomingHttpHeaders, body: Buffer): boolean;
  /**
   * Platforms sign the body and not its topic. A body that tells by its own fields to be of another kind is refused;
   * one that tells nothing is read as its topic says.
   * @throws ZodError when the message is not of its topic's shape
   */
  read(topic: string, message: unknown): WebhookContent;
}
