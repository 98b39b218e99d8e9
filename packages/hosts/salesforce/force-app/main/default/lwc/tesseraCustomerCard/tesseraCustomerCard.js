import issueToken from '@salesforce/apex/TesseraToken.issue';
import LANGUAGE from '@salesforce/i18n/lang';
import { getRecord } from 'lightning/uiRecordApi';
import { api, LightningElement, wire } from 'lwc';

/** Of the protocol of the embed page. */
const VERSION = 1;
/** In CSS pixels; beyond it the card scrolls in its frame. */
const LARGEST_HEIGHT = 900;

/** The customer card of the person of a record page, in a frame of Tessera's own origin. */
export default class TesseraCustomerCard extends LightningElement {
  /** Both are given by the record page. */
  @api recordId;
  @api objectApiName;
  /** Address of the embed page: https://tessera.example/embed/customer */
  @api page;
  /** API names of the fields with the e-mail address, and with the shop's own id where there is one. */
  @api emailField = 'Email';
  @api customerField;

  height = 200;
  isReady = false;
  /** Not before the record came: nobody is looked up without. */
  person;
  hasFailed = false;

  get origin() {
    try {
      return new URL(this.page).origin;
    } catch {
      return null;
    }
  }

  get frameStyle() {
    return `display: block; width: 100%; border: 0; height: ${this.height}px`;
  }

  get fields() {
    const names = [this.emailField, this.customerField].filter(Boolean);
    return this.objectApiName ? names.map((name) => `${this.objectApiName}.${name}`) : [];
  }

  @wire(getRecord, { recordId: '$recordId', optionalFields: '$fields' })
  readRecord({ data, error }) {
    this.hasFailed = Boolean(error);
    if (error) {
      // The frame goes, and says that it is ready when it comes again.
      this.isReady = false;
      this.person = undefined;
    }
    if (!data) return;
    const read = (field) => (field && data.fields[field]?.value) || null;
    this.person = { customer: read(this.customerField), email: read(this.emailField) };
    this.tellContext();
  }

  connectedCallback() {
    window.addEventListener('message', this.receive);
  }

  disconnectedCallback() {
    window.removeEventListener('message', this.receive);
    this.isReady = false;
  }

  receive = ({ data, source, origin }) => {
    if (origin !== this.origin || source !== this.refs.frame?.contentWindow || data?.tessera !== VERSION) return;
    const { type, customer, action, product } = data;
    if (type === 'ready') {
      this.isReady = true;
      this.tellContext();
    } else if (type === 'token-request') this.answerToken(data.id);
    else if (type === 'resize') this.height = Math.min(LARGEST_HEIGHT, Math.max(0, Number(data.height) || 0));
    else if (type === 'action') this.tellPage('tesseraaction', { customer, action });
    else if (type === 'select') this.tellPage('tesseraselect', { customer, product });
  };

  async answerToken(id) {
    try {
      this.send({ type: 'token', id, token: await issueToken() });
    } catch (error) {
      this.send({ type: 'token', id, error: error?.body?.message ?? 'the token could not be had' });
    }
  }

  tellContext() {
    if (this.isReady && this.person) this.send({ type: 'context', ...this.person, locale: LANGUAGE });
  }

  tellPage(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  send(message) {
    this.refs.frame?.contentWindow.postMessage({ tessera: VERSION, ...message }, this.origin);
  }
}
