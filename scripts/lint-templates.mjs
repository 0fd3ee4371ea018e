// Holds the synthesized configurations of test/configurations.ts against cfn-lint and checkov. What they find has to be
// what test/lint/accepted.json accepts with a reason: no more, no less. Needs Python 3 and PyPI the first time;
// the linters are then kept in the user's cache. With --install it only fetches them.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const REQUIREMENTS = 'test/lint/requirements.txt';
const ACCEPTED = JSON.parse(readFileSync('test/lint/accepted.json', 'utf8'));
const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-2'];

function linters() {
  const version = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const directory = join(cache, 'cdk-webhook-processing', `template-linters-${version}`);
  if (existsSync(join(directory, 'complete'))) return directory;
  rmSync(directory, { recursive: true, force: true });
  execFileSync('python3', ['-m', 'venv', directory], { stdio: 'inherit' });
  execFileSync(join(directory, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS], { stdio: 'inherit' });
  execFileSync('touch', [join(directory, 'incomplete')]);
  renameSync(join(directory, 'incomplete'), join(directory, 'complete'));
  return directory;
}

function synthesize() {
  const directory = mkdtempSync(join(tmpdir(), 'templates-'));
  const env = { ...process.env, TS_NODE_TRANSPILE_ONLY: '1', TS_NODE_PROJECT: 'tsconfig.dev.json' };
  execFileSync('npx', ['ts-node', 'test/lint/templates.ts', directory], { stdio: 'inherit', env });
  return directory;
}

/** A linter says by its exit code that it found something, which is not yet a failure here. */
function run(command, args) {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  if (error) throw error;
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`${basename(command)} gave no report:\n${stdout}\n${stderr}`);
  }
}

const configurationOf = (file) => basename(file).replace('.template.json', '');

/** What the checks of a linter found, as configuration, check and place; in one run, as starting takes longer than checking. */
const LINTERS = {
  'cfn-lint': (bin, templates) => run(join(bin, 'cfn-lint'), ['--format', 'json', '--regions', ...REGIONS, '--', ...templates])
    .map(({ Filename, Rule, Location, Message }) => [configurationOf(Filename), Rule.Id, `${Location.Path?.Path?.slice(0, 2).join('/') ?? ''}: ${Message}`]),
  'checkov': (bin, templates) => {
    const files = templates.flatMap((template) => ['-f', template]);
    const { results, summary } = run(join(bin, 'checkov'), ['--framework', 'cloudformation', '--skip-download', '--compact', '--quiet', '-o', 'json', ...files]);
    if (!summary || summary.parsing_errors > 0) throw new Error('checkov could not read the templates');
    return results.failed_checks.map(({ file_abs_path: file, check_id: id, check_name: name, resource }) => [configurationOf(file), id, `${resource}: ${name}`]);
  },
};

function isExpected({ closedBy, onlyIn }, configuration) {
  return onlyIn ? onlyIn.includes(configuration) : !(closedBy && configuration === 'all');
}

function compare(linter, configuration, findings) {
  const accepted = ACCEPTED[linter];
  const problems = [...new Map(findings.filter(([id]) => !accepted[id] || !isExpected(accepted[id], configuration)).map(([id, where]) => [id, where]))]
    .map(([id, where]) => `${configuration}: ${linter} ${id} at ${where}`);
  const found = new Set(findings.map(([id]) => id));
  const stale = Object.keys(accepted).filter((id) => isExpected(accepted[id], configuration) && !found.has(id))
    .map((id) => `${configuration}: ${linter} ${id} is not found any more: take it out of test/lint/accepted.json`);
  return [...problems, ...stale];
}

const directory = linters();
if (!process.argv.includes('--install')) {
  const assembly = synthesize();
  try {
    const { artifacts } = JSON.parse(readFileSync(join(assembly, 'manifest.json'), 'utf8'));
    const templates = Object.values(artifacts).filter(({ type }) => type === 'aws:cloudformation:stack')
      .map(({ properties }) => join(assembly, properties.templateFile));
    const problems = Object.entries(LINTERS).flatMap(([linter, findingsIn]) => {
      const findings = findingsIn(join(directory, 'bin'), templates);
      return templates.map(configurationOf).flatMap((configuration) =>
        compare(linter, configuration, findings.filter(([where]) => where === configuration).map(([, id, where]) => [id, where])));
    });
    problems.forEach((problem) => console.error(problem));
    console.log(`${templates.length} templates, ${problems.length} problems`);
    process.exitCode = problems.length > 0 ? 1 : 0;
  } finally {
    rmSync(assembly, { recursive: true, force: true });
  }
}
