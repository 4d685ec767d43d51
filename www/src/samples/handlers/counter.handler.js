// $state is a proxy: reads see your own writes,
// and nested changes are recorded like any other.
$state.count += $args.step;
$state.history.push($state.count);

$emit("counted", { count: $state.count });
if ($state.count % 5 === 0) {
  $emit.toast(`Reached ${$state.count}`, "success");
}

$view.getElementById("total").setProp("value", $state.count);
$log.debug("history so far", $state.history);
return $state.count;
