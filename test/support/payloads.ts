/** Each kind of injection in each of the forms in which it hides: sixty texts. */
export const PAYLOADS = [
  '<img src=x onerror="window.pwned=1">',
  '<script>window.pwned=1</script>',
  '"><svg onload=window.pwned=1>',
  "' onmouseover='window.pwned=1",
  'javascript:window.pwned=1',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the payload has to arrive as it is
  '${window.pwned=1}',
  '{{constructor.constructor("window.pwned=1")()}}',
  '</style><script>window.pwned=1</script>',
  '<!--><img src=x onerror=window.pwned=1>-->',
  '<iframe srcdoc="<script>parent.pwned=1</script>">',
  '?lit$000000000$<b>bold</b>',
  'red; background: url(https://attacker.example/)',
  'data:text/html,<script>window.pwned=1</script>',
  '<a href="javascript:window.pwned=1" autofocus onfocus=window.pwned=1 tabindex=1>',
  '<template shadowrootmode="open"><script>window.pwned=1</script></template>',
].flatMap((payload) => [payload, payload.toUpperCase(), `${payload}\u202e\u0000`, encodeURIComponent(payload)]);
