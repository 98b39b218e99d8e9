/**
 * What pages do to the browser's own objects before our script comes, each as sites are known to do it. All of it changes
 * what a call does or says, and none merely hands it on.
 */
export const HOSTILE_SCRIPTS: Readonly<Record<string, string>> = {
  'has the additions of old libraries on every prototype': `
    const fail = () => { throw new Error('an addition of the page was called'); };
    for (const type of [Object, Array, String, Number, Function, Date, RegExp, Promise, Map, Node, Element, Event, CSSStyleSheet]) {
      type.prototype.extend = type.prototype.each = fail;
    }
    // Prototype.js: everything is JSON already, and Array.from knows no second argument.
    Array.prototype.toJSON = function () { return '[' + this.map((item) => JSON.stringify(item)).join(', ') + ']'; };
    Array.from = (source) => source ? [].slice.call(source) : [];
    document.getElementsByClassName = (name) => [...document.querySelectorAll('.' + name)];
    window.$ = window.$$ = window._ = window.html = window.css = window.litHtml = fail;`,

  'has replaced the browser own functions by ones of its own': `
    const { bind } = Function.prototype;
    Function.prototype.bind = function (self, ...given) { const f = this; return function (...rest) { return f.apply(self, given.concat(rest)); }; };
    // MooTools and polyfills: same names, older rules.
    Array.prototype.flat = function () { return [].concat(...this); };
    Array.prototype.includes = function (wanted) { return this.indexOf(wanted) !== -1; };
    String.prototype.replaceAll = function (from, to) { return this.split(from).join(to); };
    Element.prototype.remove = function () { this.parentNode?.removeChild(this); return this; };
    Element.prototype.append = function (...nodes) { for (const node of nodes) this.appendChild(typeof node === 'string' ? document.createTextNode(node) : node); return this; };
    Number.prototype.toLocaleString = Date.prototype.toLocaleString = () => 'localised by the page';
    window.requestIdleCallback = undefined;
    window.queueMicrotask = (task) => void Promise.resolve().then(task);`,

  'wraps every listener and request, as monitors do': `
    const { addEventListener, dispatchEvent } = EventTarget.prototype;
    // What is added is another function, so that nothing can be removed again.
    EventTarget.prototype.addEventListener = function (type, listener, options) {
      const call = typeof listener === 'function' ? listener : (event) => listener.handleEvent(event);
      return addEventListener.call(this, type, function (event) { window.seenEvents = (window.seenEvents ?? 0) + 1; return call.call(this, event); }, options);
    };
    EventTarget.prototype.dispatchEvent = function (event) { event.seen = true; return dispatchEvent.call(this, event); };
    const { fetch, setTimeout } = window;
    window.fetch = async (input, init) => {
      await 0;
      const response = await fetch(input, { ...init, headers: new Headers(init?.headers) });
      return new Proxy(response, { get: (target, name) => { const value = target[name]; return typeof value === 'function' ? value.bind(target) : value; } });
    };
    window.setTimeout = (task, ms, ...rest) => setTimeout(() => task(...rest), ms + 5);
    window.Promise = class extends Promise {};`,

  'throws from every place where a page may look on': `
    const refuse = () => { throw new Error('the page does not like that'); };
    console.log = console.info = console.warn = console.error = console.debug = refuse;
    for (const name of ['tessera-load', 'tessera-error', 'tessera-select', 'tessera-action']) {
      document.addEventListener(name, (event) => { event.stopImmediatePropagation(); }, true);
    }
    Object.defineProperty(window, 'localStorage', { get: refuse });
    Object.defineProperty(window, 'sessionStorage', { get: refuse });
    Object.defineProperty(document, 'cookie', { get: refuse, set: refuse });
    window.requestAnimationFrame = window.matchMedia = refuse;`,

  'has polluted the prototype of all objects with what options are called': `
    for (const name of ['customer', 'token', 'endpoint', 'segment', 'recommendations', 'isOwn', 'isPropertyOnly', 'theme', 'en', 'errors', 'code', 'cards']) {
      Object.prototype[name] = 'polluted';
    }`,

  'watches elements and changes them as they come': `
    new MutationObserver((records) => {
      for (const { addedNodes } of records) for (const node of addedNodes) {
        if (!node.tagName?.startsWith('TESSERA-')) continue;
        node.setAttribute('data-seen', ''); node.setAttribute('lang', 'de'); node.classList.add('page'); node.normalize();
        node.replaceChildren(document.createComment('emptied'));
        node.parentNode.insertBefore(document.createElement('i'), node);
      }
    }).observe(document, { childList: true, subtree: true });
    const { attachShadow } = Element.prototype;
    Element.prototype.attachShadow = function (options) { const root = attachShadow.call(this, { ...options, delegatesFocus: true }); root.page = this; return root; };
    const { createElement } = document;
    document.createElement = function (name, options) { const made = createElement.call(document, name, options); made.dataset.made = 'page'; return made; };`,
};
