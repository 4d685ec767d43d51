/** Bytes of a body that are received though nobody wants them. */
const REST_BYTES = 8 << 20;

/**
 * Answers a request, and receives what the answer has left of its body. Workers drop a connection on which something was left, and
 * whoever sends the next request on it is told that the connection failed.
 */
export async function receivingAll(request: Request, answer: (request: Request) => Promise<Response>): Promise<Response> {
  if (!request.body) return answer(request);
  const reader = request.body.getReader();
  // Workers bear one at a time.
  let reading: Promise<unknown> = Promise.resolve();
  const read = () => {
    const next = reading.then(() => reader.read());
    reading = next;
    return next;
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  const response = await answer(new Request(request, { body }));
  for (let left = REST_BYTES; left > 0; ) {
    const { done, value } = await read();
    if (done) return response;
    left -= value.length;
  }
  await reader.cancel();
  return response;
}
