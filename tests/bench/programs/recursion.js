// Calls, and nothing else: Fibonacci numbers by their definition.
const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));
return fib(23);
