import { casesBelow, describeCases } from '../../support/cases/describe-cases.js';

describeCases(
  'A situation that trips tools like ours',
  casesBelow('').filter((name) => !name.includes('/')),
);
