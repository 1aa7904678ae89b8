const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** The page at `/`: what runs here, whether it is ready, and where to look. */
export function statusPage(state: { ready: boolean; parts: Record<string, string> }, version: string): string {
  const rows = Object.entries(state.parts)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(
      ([part, says]) =>
        `<tr><td>${says === 'ok' ? '●' : '▲'}</td><td>${escape(part)}</td><td>${escape(says)}</td></tr>`,
    )
    .join('');
  const temporalUi = process.env['TEMPORAL_UI_URL'];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tidewaiter</title><meta name="viewport" content="width=device-width">
<style>:root{color-scheme:light dark}body{font:14px/20px system-ui,sans-serif;max-width:72ch;margin:48px auto;padding:0 16px}
h1{font-size:20px;line-height:28px;font-weight:600}table{border-collapse:collapse;width:100%}td{border-top:1px solid #8884;padding:8px 16px 8px 0}
a{color:light-dark(#0b4a92,#6cb8e6)}</style></head><body>
<h1>Tidewaiter ${escape(version)}</h1>
<p>${state.ready ? 'Every part is ready.' : 'Not every part is there yet; this page says which.'}</p>
<table>${rows}</table>
<p><a href="/docs">API documentation</a> · <a href="/openapi.json">OpenAPI document</a> · <a href="/metrics">Metrics</a>${
    temporalUi ? ` · <a href="${escape(temporalUi)}">Temporal</a>` : ''
  }</p>
<p>To call the API: <code>curl -H "Authorization: Bearer $(npx tidewaiter token --as operator)" …</code></p>
</body></html>`;
}
