// Brings the parts of the page up to date. The server makes their markup; without this script the page is complete, too.
const container = document.querySelector('#parts')
const state = document.querySelector('#live')

/** Changes what differs and leaves the rest, so that focus, selection and scrolling stay. */
function morph(old, fresh) {
  if (old.nodeName !== fresh.nodeName) return old.replaceWith(fresh)
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue
    return
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name)
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  const children = [...fresh.childNodes]
  while (old.childNodes.length > children.length) old.lastChild.remove()
  children.forEach((child, at) => {
    const before = old.childNodes[at]
    if (before) morph(before, child)
    else old.append(child)
  })
}

function parse(markup) {
  const template = document.createElement('template')
  template.innerHTML = markup
  return template.content.firstElementChild
}

function show({ order, parts }) {
  const wanted = new Set(order)
  const focused = document.activeElement
  for (const part of [...container.children]) if (!wanted.has(part.id)) part.remove()
  order.forEach((id, at) => {
    let part = document.getElementById(id)
    const markup = parts[id]
    // What a person is typing or choosing is not taken away.
    if (!part) part = parse(markup)
    else if (markup !== undefined && !(id === 'filter' && part.contains(document.activeElement)))
      morph(part, parse(markup))
    if (container.children[at] !== part) container.insertBefore(part, container.children[at] ?? null)
  })
  // An element that moves loses it.
  if (document.activeElement !== focused && focused?.isConnected) focused.focus({ preventScroll: true })
}

function say(text) {
  if (state.textContent !== text) state.textContent = text
}

let source

/** Browsers open few connections to one server, so only the pages that are seen have one. */
function follow() {
  source?.close()
  source = undefined
  if (document.hidden) return
  source = new EventSource(`/events${location.pathname}${location.search}`)
  source.addEventListener('parts', ({ data }) => {
    show(JSON.parse(data))
    say('live')
  })
  source.addEventListener('trouble', () => say('the database does not answer'))
  source.onerror = ({ target }) => {
    say('reconnecting')
    // A refusal ends the source for good: too many look on, or a proxy answers for a server that is away.
    if (target.readyState === EventSource.CLOSED) setTimeout(() => target === source && follow(), 5000)
  }
}

document.addEventListener('visibilitychange', follow)
follow()
