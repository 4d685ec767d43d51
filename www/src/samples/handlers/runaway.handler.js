$state.started = true;
$log("about to sort, over and over, for ever");

const numbers = Array.from({ length: 500 }, (_, index) => -index);
try {
  while (true) {
    numbers.toSorted();
  }
} finally {
  // Never reached: a stop cannot be caught or delayed.
  $state.started = false;
}
