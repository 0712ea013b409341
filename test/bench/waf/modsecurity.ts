import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNative } from '../../integration/peers/native.ts';
import type { Peer } from '../../integration/peers/native.ts';
import { freePort } from '../../support/backend.ts';

const modules = '/usr/lib/nginx/modules';
const wanted = [`${modules}/ndk_http_module.so`, `${modules}/ngx_http_modsecurity_module.so`];

/** Why it cannot be run here; null where it can. */
export const missing = existsSync(wanted[1] ?? '')
  ? null
  : 'NGINX has no ModSecurity here (libnginx-mod-http-modsecurity)';

/** NGINX with ModSecurity and the Core Rule Set, at its own threshold of 5, before the same target. */
export async function modSecurity(crs: string, level: number, target: number): Promise<Peer> {
  const folder = await mkdtemp(join(tmpdir(), 'bs-waf-'));
  const rules = join(folder, 'rules.conf');
  await writeFile(
    rules,
    `SecRuleEngine On
SecRequestBodyAccess On
SecResponseBodyAccess Off
SecAuditEngine Off
SecRule REQUEST_HEADERS:Content-Type "^(?:application(?:/soap\\+|/)|text/)xml" "id:200000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "^application/json" "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
Include ${crs}/crs-setup.conf.example
SecAction "id:900000,phase:1,nolog,pass,t:none,setvar:tx.paranoia_level=${level}"
Include ${crs}/rules/*.conf
`,
  );
  const port = await freePort();
  const config = `
${wanted
  .filter((file) => existsSync(file))
  .map((file) => `load_module ${file};`)
  .join('\n')}
daemon off;
master_process off;
error_log stderr emerg;
pid nginx.pid;
events { worker_connections 100; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen 127.0.0.1:${port};
    modsecurity on;
    modsecurity_rules_file ${rules};
    location / { proxy_pass http://127.0.0.1:${target}; }
  }
}
`;
  const peer = await runNative('nginx', (file, own) => ['-p', own, '-c', file], config, port);
  return {
    port,
    async close() {
      await peer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
