// Certificates of a mesh for real proxies: an authority, and a certificate with a SPIFFE name for every identity.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stoppable } from './resources';

const CONFIG = `
[ca]
default_ca = mesh
[mesh]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
organizationName = optional
commonName = optional
[req]
distinguished_name = none
[none]
`;
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const SUBJECT = ['-subj', '/O=cluster.local'];
const VALID = ['-startdate', '20200101000000Z', '-enddate', '20500101000000Z'];
const EXPIRED = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];

export interface CertificateFiles {
  readonly certificateChain: string;
  readonly privateKey: string;
}

/** Why no certificates can be made; undefined when they can. */
export function missingTool(): string | undefined {
  const { error, status, stderr } = spawnSync('openssl', ['version'], { encoding: 'utf8' });
  if (error === undefined && status === 0) return undefined;
  return `there is no openssl: ${error?.message ?? stderr.trim()}`;
}

export class Certificates implements Stoppable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'meshwork-certificates-'));
  readonly #known = new Map<string, CertificateFiles>();

  constructor() {
    writeFileSync(join(this.#folder, 'openssl.cnf'), CONFIG);
    writeFileSync(join(this.#folder, 'index.txt'), '');
    this.#makeAuthority('ca');
    this.#makeAuthority('other');
  }

  #makeAuthority(name: string): void {
    const extensions = ['-addext', 'keyUsage=critical,keyCertSign'];
    const names = ['-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '3650'];
    this.#openssl(['req', '-x509', ...NEW_KEY, '-subj', `/O=${name}.local`, ...extensions, ...names]);
  }

  get authority(): string {
    return join(this.#folder, 'ca.pem');
  }

  /** An authority that has signed none of the certificates. */
  get otherAuthority(): string {
    return join(this.#folder, 'other.pem');
  }

  /** The certificate of an identity (`spiffe://...`), made when it is first asked for. */
  of(identity: string, isExpired: boolean): CertificateFiles {
    const key = `${identity} ${isExpired}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = `identity-${this.#known.size}`;
    const alternative = ['-addext', `subjectAltName=critical,URI:${identity}`];
    this.#openssl([
      'req',
      '-new',
      ...NEW_KEY,
      ...SUBJECT,
      ...alternative,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    ]);
    const signing = ['ca', '-batch', '-notext', '-rand_serial', '-cert', 'ca.pem', '-keyfile', 'ca.key'];
    this.#openssl([...signing, ...(isExpired ? EXPIRED : VALID), '-in', `${name}.csr`, '-out', `${name}.pem`]);
    const files = {
      certificateChain: join(this.#folder, `${name}.pem`),
      privateKey: join(this.#folder, `${name}.key`),
    };
    this.#known.set(key, files);
    return files;
  }

  #openssl(command: readonly string[]): void {
    const [verb = '', ...rest] = command;
    execFileSync('openssl', [verb, '-config', 'openssl.cnf', ...rest], { cwd: this.#folder, stdio: 'pipe' });
  }

  stop(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
