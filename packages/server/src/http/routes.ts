import { sendJson } from './respond.js';
import type { Call, Route } from './route.js';
import { answerDemo } from './routes/demo-pages.js';
import { answerDesk } from './routes/desk-page.js';
import { answerEmbed } from './routes/embed-page.js';
import { answerImport, answerQuarantine } from './routes/import.js';
import { answerReady } from './routes/ready.js';
import { sendWidgetFile } from './routes/static-files.js';
import { answerWebhook } from './routes/webhook.js';

const hasSecond = ({ second }: Call) => second !== '';
const isAlone = ({ url }: Call) => url.pathname.lastIndexOf('/') === 0;

/** THE LIST of routes: the first that takes a request answers it. */
export const ROUTES: readonly Route[] = [
  {
    first: 'graphql',
    takes: ({ second }) => second === '',
    method: 'any',
    answer: ({ request, response }, { graphql }) => graphql.answer(request, response),
  },
  {
    first: 'import',
    takes: hasSecond,
    method: 'POST',
    scope: 'imports:write',
    answer: ({ request, response, url }, { config, database, uploads }) =>
      answerImport(request, response, url, config, database, uploads),
  },
  {
    first: 'imports',
    takes: ({ third }) => third === 'quarantine.csv',
    method: 'GET',
    scope: 'imports:read',
    answer: ({ response, second }, { database }) => answerQuarantine(response, second, database),
  },
  {
    first: 'webhooks',
    takes: hasSecond,
    method: 'POST',
    answer: ({ request, response, second }, { webhooks }) => answerWebhook(request, response, second, webhooks),
  },
  {
    first: 'desk',
    takes: ({ third }) => third === '',
    method: 'any',
    answer: ({ request, response, second }, { database, desk }) =>
      answerDesk(request, response, second, database, desk),
  },
  {
    first: 'demo',
    method: 'any',
    answer: ({ request, response, url }, { database, demo }) => answerDemo(request, response, url, database, demo),
  },
  {
    first: 'embed',
    takes: ({ second, third }) => second !== '' && third === '',
    method: 'GET',
    answer: ({ response, second }, { keys }) => answerEmbed(response, second, keys),
  },
  {
    first: 'widget',
    takes: hasSecond,
    method: 'GET',
    answer: ({ response, second, third }) => sendWidgetFile(response, second, third),
  },
  {
    first: 'health',
    takes: isAlone,
    method: 'GET',
    answer: ({ response }) => sendJson(response, 200, { status: 'ok' }),
  },
  {
    first: 'ready',
    takes: isAlone,
    method: 'GET',
    answer: ({ response }, { database }) => answerReady(response, database),
  },
  {
    first: '',
    takes: (call, { demo }) => isAlone(call) && demo !== null,
    method: 'GET',
    answer: ({ response }) => {
      response.writeHead(302, { location: '/demo' }).end();
    },
  },
];
