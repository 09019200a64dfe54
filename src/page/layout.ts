import { type Html, html } from './html.ts'
import type { Part, View } from './view.ts'

/** A whole page. It is complete without its script, which only keeps it up to date. */
export function layout({ title, parts }: View): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · billing-sync</title>
<link rel="stylesheet" href="/page.css">
<link rel="icon" href="/page.svg">
<script src="/page.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="name">billing-sync</p>
<nav aria-label="Pages"><a href="/">Jobs</a> <a href="/accounts">Accounts</a> <a href="/schedules">Schedules</a> <a href="/letters">Dead letters</a> <a href="/revenue">Revenue</a></nav>
<p id="live" role="status"><noscript>Load the page again for news.</noscript></p>
</header>
<main id="main" tabindex="-1">
<h1>${title}</h1>
<div id="parts">${parts.map(element)}</div>
</main>
</body>
</html>
`
  return page.markup
}

/** The element of a part. The script replaces it by its id. */
export const element = ({ id, html: content }: Part): Html => html`<div class="part" id="${id}">${content}</div>`
