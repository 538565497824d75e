// A button that copies a text of the page. Without scripts it stays hidden.
import { createHash } from 'node:crypto';
import { type Html, html, trusted } from '@claviger/core';

const script = `for (const button of document.querySelectorAll('button[data-copy]')) {
  const source = document.getElementById(button.dataset.copy);
  const status = button.nextElementSibling;
  button.hidden = false;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      status.textContent = 'Copied.';
    } catch {
      getSelection().selectAllChildren(source);
      status.textContent = 'Selected: press Ctrl+C or ⌘C.';
    }
  });
}`;

export const copyScript: Html = html`<script>${trusted(script)}</script>`;

/** For the Content-Security-Policy. */
export const copyScriptHash = `sha256-${createHash('sha256').update(script).digest('base64')}`;

/** `id`: id of the element with the text. `what` completes "Copy the …". */
export const copyButton = (id: string, what: string): Html =>
  html`<p class="copy"><button type="button" data-copy="${id}" hidden>Copy the ${what}</button> <span role="status"></span></p>`;
