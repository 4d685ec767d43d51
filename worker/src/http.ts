// What every route needs of HTTP: the error body, cross-origin headers, a JSON body of bounded size.

/** A failure with the status and the body it is answered with: `{error: {code, message, details?}}`. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    { details, headers = {} }: { details?: unknown; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }

  /** The answer. */
  response(): Response {
    const { status, code, message, details, headers } = this;
    const error = details === undefined ? { code, message } : { code, message, details };
    return Response.json({ error }, { status, headers: { ...ANY_ORIGIN, ...headers } });
  }
}

/** Lets pages of any origin read an answer: nothing here depends on who asks. */
export const ANY_ORIGIN = { "access-control-allow-origin": "*" } as const;

/** The answer to a browser that asks what it may send. */
export function preflight(methods: readonly string[]): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...ANY_ORIGIN,
      "access-control-allow-methods": methods.join(", "),
      "access-control-allow-headers": "content-type, user-agent",
      "access-control-max-age": "86400",
    },
  });
}

/**
 * Reads a JSON body, giving up as soon as it is longer than it may be.
 * @param limit bytes
 * @throws HttpError 413 over the limit, 400 for what is not JSON in UTF-8
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const tooLarge = () => new HttpError(413, "PAYLOAD_TOO_LARGE", `the body may have ${limit} bytes`, { details: { limit } });
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  // A body sent in chunks announces no length.
  if (request.body) {
    const reader = request.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      length += part.value.byteLength;
      if (length > limit) {
        await reader.cancel();
        throw tooLarge();
      }
      chunks.push(part.value);
    }
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new HttpError(400, "PARSE_ERROR", `the body is not JSON: ${(error as Error).message}`);
  }
}
