import { z } from 'zod';
import { flag, LONGEST_TEXT, stringMatch, text } from './schema-parts.js';
import { count, duration } from './units.js';

const expectedPath = 'expected the path of a PEM file; what it holds never stands here';

/** What is in the configuration is shown by the admin port, so keys must not be. */
const pemFile = z
  .string({ error: expectedPath })
  .min(1, { error: expectedPath })
  .max(LONGEST_TEXT, { error: expectedPath })
  .regex(/^(?!.*-----BEGIN)[^\0\n]*$/, { error: expectedPath });

/** The parts of listeners' and clusters' shapes that say how connections are secured. */
const keyPair = {
  certificate_chain: pemFile.describe(
    'a PEM file: the certificate, then those between it and the authority. It is read again when it changes',
  ),
  private_key: pemFile.describe('a PEM file'),
  password_file: pemFile.optional().describe('a file with what the key is encrypted with'),
};

const minVersion = z
  .enum(['TLSv1.2', 'TLSv1.3'], { error: 'expected TLSv1.2 or TLSv1.3' })
  .prefault('TLSv1.2')
  .describe('the oldest version that is spoken');

const alpnProtocols = z
  .array(text.max(255, { error: 'expected at most 255 characters' }))
  .prefault([])
  .describe('names of application protocols (ALPN), the best first');

const DNS_NAME = /^(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;

export const listenerTls = z
  .strictObject({
    certificates: z
      .array(
        z.strictObject({
          ...keyPair,
          server_names: z
            .array(text.regex(DNS_NAME, { error: 'expected a name such as a.example or *.example' }))
            .min(1, { error: 'expected at least one name' })
            .optional()
            .describe('shown to callers that ask for one of them (SNI); left out: the names in it'),
        }),
      )
      .min(1, { error: 'expected at least one certificate' })
      .describe('the first is shown to callers that ask for no name, or for one that none has'),
    min_version: minVersion,
    alpn_protocols: alpnProtocols,
    client_certificate: z
      .enum(['none', 'optional', 'required'], { error: 'expected none, optional or required' })
      .optional()
      .describe('whether callers show a certificate; left out: required if there is a trusted_ca'),
    trusted_ca: pemFile
      .optional()
      .describe("a PEM file with the authorities that callers' certificates are verified by"),
    match_subject_alt_names: z
      .array(stringMatch)
      .prefault([])
      .describe("a caller's certificate needs a name that one of them matches; none: any name will do"),
    allow_plaintext: flag
      .prefault(false)
      .describe('true: callers that do not begin with TLS are served in plain text, on the same port'),
    handshake_timeout: duration(10)
      .prefault('5s')
      .describe('from accept, or from the first byte with allow_plaintext, to the end of the handshake'),
    max_handshakes: count(1, 100_000)
      .prefault(100)
      .describe('at work at a time; others wait. One that waits for its caller for a second is not counted'),
  })
  .describe('connections are secured; left out: plain text');

export const clusterTls = z
  .strictObject({
    certificate: z.strictObject(keyPair).optional().describe('our own, for hosts that ask for one'),
    min_version: minVersion,
    alpn_protocols: alpnProtocols,
    sni: text
      .regex(DNS_NAME, { error: 'expected a DNS name' })
      .optional()
      .describe(
        "the name that hosts are asked for and that their certificates have to have; left out: each host's own, or the one it was found by",
      ),
    trusted_ca: pemFile
      .optional()
      .describe(
        'a PEM file with the authorities that hosts are verified by; left out: those that Node comes with',
      ),
    match_subject_alt_names: z
      .array(stringMatch)
      .prefault([])
      .describe("a host's certificate needs a name that one of them matches, instead of the one asked for"),
    verify: flag
      .prefault(true)
      .describe('false: certificates are not looked at, so that anybody can pass for a host'),
  })
  .describe('connections are secured; left out: plain text');

export type ListenerTlsFile = z.output<typeof listenerTls>;
export type ClusterTlsFile = z.output<typeof clusterTls>;
