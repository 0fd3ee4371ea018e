import { awscdk, javascript } from 'projen';
import { Benchmarks } from './projenrc/benchmarks';
import { Bundles } from './projenrc/bundles';
import { Documentation } from './projenrc/documentation';
import { IntegrationSnapshots } from './projenrc/integration-snapshots';
import { Packaging } from './projenrc/packaging';
import { ReproducibleInstall } from './projenrc/reproducible-install';

const name = 'cdk-webhook-processing';

const project = new awscdk.AwsCdkConstructLibrary({
  name,
  description: 'AWS CDK construct that receives, verifies, routes, screens and archives payment webhooks, and runs the whole system on a laptop',
  author: 'cdk-webhook-processing contributors',
  authorOrganization: true,
  authorAddress: 'maintainers@cdk-webhook-processing.dev',
  repositoryUrl: `https://github.com/${name}/${name}.git`,
  defaultReleaseBranch: 'main',
  license: 'Apache-2.0',
  keywords: ['aws', 'cdk', 'webhook', 'payments', 'stripe', 'eventbridge', 'step-functions', 'fraud-detection', 'serverless'],

  packageManager: javascript.NodePackageManager.NPM,
  projenVersion: '0.103.25',
  projenrcTs: true,
  minNodeVersion: '20.16.0',
  workflowNodeVersion: '24.x',

  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  cdkVersion: '2.257.0',
  constructsVersion: '10.5.1',

  sampleCode: false,
  typecheckTests: true,
  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: {
    include: ['.projenrc.ts', 'projenrc/**/*.ts', 'src/**/*.ts', 'runtime/**/*.ts', 'local/**/*.ts', 'test/**/*.ts', 'examples/typescript/**/*.ts', 'bench/**/*.ts'],
    exclude: ['node_modules', 'console', 'test/**/*.snapshot', 'examples/**/node_modules'],
    compilerOptions: { target: 'ES2023', lib: ['es2023'], types: ['node', 'jest'] },
  },

  // The Lambda functions are container images built from runtime/, so projen's own function support stays off.
  lambdaAutoDiscover: false,
  edgeLambdaAutoDiscover: false,
  singletonLambdaAutoDiscover: false,
  lambdaExtensionAutoDiscover: false,
  integrationTestAutoDiscover: false,
  experimentalIntegRunner: false,

  publishToPypi: { distName: name, module: 'cdk_webhook_processing' },
  publishToMaven: {
    mavenGroupId: 'io.github.cdkwebhookprocessing',
    mavenArtifactId: name,
    javaPackage: 'io.github.cdkwebhookprocessing',
  },
  publishToNuget: { dotNetNamespace: 'CdkWebhookProcessing', packageId: 'CdkWebhookProcessing' },
  publishToGo: { moduleName: `github.com/${name}/${name}-go` },

  eslintOptions: {
    dirs: ['src'],
    devdirs: ['test', 'runtime', 'local', 'console', 'projenrc', 'bench', 'examples/typescript'],
    commandOptions: { fix: false },
    tsconfigPath: './tsconfig.dev.json',
    projectService: false,
  },
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    configFilePath: 'jest.config.json',
    jestConfig: {
      // End-to-end tests start real processes, which a busy machine may keep waiting.
      testTimeout: 60_000,
      maxWorkers: '100%',
      // On demand: npm test -- --coverage
      collectCoverage: false,
      coverageReporters: ['text-summary', 'lcov'],
      collectCoverageFrom: ['src/**/*.ts', 'runtime/**/*.ts', 'local/**/*.ts', '!**/*.d.ts'],
      modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/generated/', '<rootDir>/examples/', '<rootDir>/cdk.out/'],
    },
  },

  gitignore: [
    '.jsii.gz', '.jsii.tabl.json', 'cdk.out/', '**/integ.*.snapshot/asset.*', 'cdk-integ.out.*', '/generated/', '/.local/', '/examples/java/target/',
    '__pycache__/',
  ],

  autoDetectBin: false,
  bin: { [name]: 'bin/cli.mjs' },
  devDeps: [
    // what the handlers bundle
    '@aws-sdk/client-dynamodb@^3',
    '@aws-sdk/client-eventbridge@^3',
    '@aws-sdk/client-s3@^3',
    '@aws-sdk/client-secrets-manager@^3',
    '@aws-sdk/client-sfn@^3',
    '@aws-sdk/client-sns@^3',
    '@aws-sdk/client-sqs@^3',
    '@aws-lambda-powertools/logger@^2',
    '@aws-lambda-powertools/metrics@^2',
    'aws-xray-sdk-core@^3',
    'lossless-json@^4',
    // what the local runner bundles
    'dynalite@4.0.0',
    // build and test
    '@aws-cdk/integ-runner@2.197.10',
    '@aws-cdk/integ-tests-alpha@2.245.0-alpha.0',
    '@types/aws-lambda@^8',
    '@types/node@^20',
    'ajv@^6',
    'aws-cdk@^2',
    'aws-sdk-client-mock@^4',
    'axe-core@^4',
    'cdk-nag@^3.0.2',
    'esbuild@^0.28.2',
    'fast-check@^4',
    'playwright-core@^1',
    // the providers' own libraries, as independent signers and verifiers in tests
    '@adyen/api-library@^32',
    '@octokit/webhooks-methods@^6',
    '@paddle/paddle-node-sdk@^3',
    '@shopify/shopify-api@13.1.0', // the last that runs on Node 20
    'braintree@^3',
    'mollie-api-typescript@^1',
    'razorpay@^2',
    'square@^46',
    'standardwebhooks@^1',
    'stripe@^23',
    'svix@1.99.1', // the last that runs on Node 20
  ],
});

// projen ignores every folder called logs.
project.gitignore.addPatterns('!/local/logs/', '!/test/local/logs/');

project.eslint?.addRules({
  'import/order': ['error', { groups: ['builtin', 'external', 'parent', 'sibling', 'index'], alphabetize: { order: 'asc', caseInsensitive: true } }],
  '@stylistic/object-property-newline': 'off',
  '@stylistic/object-curly-newline': 'off',
});

// The web page is typed with a browser's globals, the rest with Node's.
project.tryFindObjectFile('.eslintrc.json')?.addToArray('overrides', { files: ['console/**/*.ts'], parserOptions: { project: './console/tsconfig.json' } });

// Linting belongs to the build, so that the tests answer sooner.
project.testTask.removeStep(project.testTask.steps.findIndex(({ spawn }) => spawn === 'eslint'));
project.postCompileTask.spawn(project.tasks.tryFind('eslint')!);

project.addTask('prove', { description: 'A fault at every call, then recovery, then the promises', exec: 'node scripts/prove.mjs', receiveArgs: true });
project.addTask('fuzz', { description: 'Hostile requests over the real endpoint', exec: 'node scripts/fuzz.mjs', receiveArgs: true });
project.addTask('load', { description: 'Latency and memory under a fixed rate of webhooks', exec: 'node bench/load.mjs', receiveArgs: true });

new ReproducibleInstall(project);
new Bundles(project, { runtimeDir: 'runtime', localDir: 'local', consoleDir: 'console' });
new Benchmarks(project);
new Packaging(project);
new IntegrationSnapshots(project);
new Documentation(project);

project.synth();
