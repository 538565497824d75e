// The style sheet, part of every page.

export const style = `
:root{color-scheme:light dark;--ink:#1d1d24;--soft:#595866;--paper:#fff;--ground:#f1eff5;--line:#7f7c8c;--accent:#6a3093;--on:#fff;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#ececf1;--soft:#b5b3c0;--paper:#231f2a;--ground:#16141b;--line:#84818f;--accent:#d3a8f0;--on:#24122f;--bad:#ffb4ab}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;padding:max(1rem,8vh) 1rem 2rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:26rem;margin:0 auto;padding:1.75rem;background:var(--paper);border-radius:.75rem;box-shadow:0 1px 4px rgb(0 0 0/.2)}
h1{margin:0 0 .5rem;font-size:1.4rem;line-height:1.25}
h1,p,label{overflow-wrap:anywhere}
p{margin:0 0 1rem}
label,legend{font-weight:600}
input[type=text],input[type=password]{display:block;width:100%;margin:.35rem 0 1rem;padding:.6rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.4rem}
input[aria-invalid]{border-color:var(--bad)}
fieldset{margin:0 0 1rem;padding:0;border:0}
legend{padding:0}
.tick{display:flex;gap:.6rem;align-items:flex-start;padding:.4rem 0}
.tick input{flex:none;width:1.25rem;height:1.25rem;margin:.125rem 0 0;accent-color:var(--accent)}
.tick label{font-weight:400}
small{display:block;color:var(--soft)}
.buttons{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1rem}
button{flex:1 1 8rem;min-height:2.75rem;padding:.5rem 1rem;font:inherit;font-weight:600;color:var(--accent);background:transparent;border:1px solid var(--accent);border-radius:.4rem;cursor:pointer}
button.main{color:var(--on);background:var(--accent)}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.bad{color:var(--bad);font-weight:600}
.logo{display:block;max-width:100%;height:4rem;margin:0 0 1rem;object-fit:contain;object-position:left}
.links{display:flex;flex-wrap:wrap;gap:.5rem 1.25rem;margin:1.25rem 0 0;padding:0;list-style:none;font-size:.9rem}
.links a{display:inline-block;padding:.25rem 0}
`;
