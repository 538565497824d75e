// The style sheet of every page: errors, stand-ins for pages that are not configured, and the development pages.

export const pageStyle = `
:root{color-scheme:light dark;--ink:#1c1b22;--soft:#5b5966;--paper:#fff;--ground:#f1f0f7;--line:#8d8a99;--faint:#e2e0ea;--accent:#4338ca;--deep:#3730a3;--on:#fff;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#ececf1;--soft:#b5b3c1;--paper:#211f2b;--ground:#15141b;--line:#777489;--faint:#363344;--accent:#a5b4fc;--deep:#c7d2fe;--on:#15141b;--bad:#ffb4ab}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;align-items:flex-start;justify-content:center;padding:max(1rem,8vh) 1rem 2rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:27rem;padding:2rem;background:var(--paper);border:1px solid var(--faint);border-radius:1rem;box-shadow:0 1px 2px rgb(0 0 0/.06),0 8px 24px rgb(0 0 0/.08)}
main.wide{max-width:44rem}
h1{margin:0 0 .5rem;font-size:1.5rem;line-height:1.25;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{margin:1.75rem 0 .5rem;font-size:1.05rem;line-height:1.3}
p{margin:0 0 1rem;overflow-wrap:anywhere}
main>:last-child{margin-bottom:0}
label{font-weight:600}
input[type=text]{display:block;width:100%;min-height:2.75rem;margin:.35rem 0 1rem;padding:.6rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.5rem}
input[aria-invalid=true]{border-color:var(--bad)}
fieldset{margin:0 0 1rem;padding:0;border:0}
legend{padding:0;font-weight:600}
.tick{display:flex;gap:.75rem;align-items:flex-start;padding:.5rem 0}
.tick input,.tick .always{flex:none;width:1.25rem;height:1.25rem;margin:.125rem 0 0;accent-color:var(--accent)}
.tick .always{line-height:1.25rem;text-align:center;font-weight:700;color:var(--accent)}
.tick label{font-weight:400}
.tick label,.tick .what{flex:1;overflow-wrap:anywhere}
.tick small{display:block;color:var(--soft)}
.buttons{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.25rem}
button,.button{min-height:2.75rem;padding:.6rem 1.1rem;font:inherit;font-weight:600;color:var(--accent);background:transparent;border:1px solid var(--accent);border-radius:.5rem;cursor:pointer}
.buttons button{flex:1 1 8rem}
.button{display:inline-block;text-decoration:none}
button.main,.button.main{color:var(--on);background:var(--accent)}
button.main:hover,.button.main:hover{background:var(--deep);border-color:var(--deep)}
button:not(.main):hover{background:var(--ground)}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.bad{color:var(--bad);font-weight:600}
.logo{display:block;max-width:100%;height:4rem;margin:0 0 1rem;object-fit:contain;object-position:left}
.links{display:flex;flex-wrap:wrap;gap:0 1.25rem;margin:1.5rem 0 0;padding:.5rem 0 0;border-top:1px solid var(--faint);list-style:none}
.links a{display:inline-flex;align-items:center;min-height:2.75rem}
.note{margin:1.5rem 0 0;font-size:.875rem;color:var(--soft)}
.copy{margin:.5rem 0 1rem}
code,pre{font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
pre{margin:0 0 .5rem;padding:.75rem;background:var(--ground);border-radius:.5rem}
dl{margin:1.25rem 0 0;padding:1rem 0 0;border-top:1px solid var(--faint)}
dt{font-size:.875rem;font-weight:600;color:var(--soft)}
dd{margin:0 0 .75rem;overflow-wrap:anywhere}
dd:last-child{margin-bottom:0}
@media(max-width:30rem){body{padding:0}main{min-height:100vh;padding:1.5rem 1.25rem;border:0;border-radius:0;box-shadow:none}}
`;

/** SHA-256 of the style sheet for the Content-Security-Policy; a test compares the two. */
export const pageStyleHash = 'sha256-te1VUaffWMQXxCN0tKJ5LE0A6oNXx3E+JMOrYzQynfQ=';
