import { integrationTest } from './helpers/integration-test';

integrationTest('Default');
