import { casesBelow, describeCases } from '../../support/cases/describe-cases.js';

describeCases(
  'Another of the same kind',
  casesBelow('').filter((name) => name.includes('/')),
);
