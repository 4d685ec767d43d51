// What the sources answer with.

/** @returns {Response} `value` as JSON */
export const json = (value, status = 200) => text(JSON.stringify(value), "application/json; charset=utf-8", status);

/** @returns {Response} */
export const text = (body, type, status = 200) => new Response(body, { status, headers: { "content-type": type } });

/** Waits; gives up, with a rejection, as soon as nobody needs the answer any more. */
export function wait(ms, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => (clearTimeout(timer), reject(signal.reason));
    const timer = setTimeout(() => (signal.removeEventListener("abort", stop), resolve()), ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
