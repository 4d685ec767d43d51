$state.started = true;
$log("about to spin, and never to stop");

try {
  for (let turn = 0; ; turn++) {
    Math.sqrt(turn);
  }
} finally {
  // Never reached: a stop cannot be caught or delayed.
  $state.started = false;
}
