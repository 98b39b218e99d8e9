# Signs Tessera's short tokens with nothing but Ruby's standard library. Runs on your server, never in a page.
#
#   TESSERA_KEY_ID=key_... TESSERA_SIGNING_SECRET=cs_... ruby sign_token.rb customer CUSTOMER_ID
#   TESSERA_KEY_ID=key_... TESSERA_SIGNING_SECRET=as_... ruby sign_token.rb agent AGENT_ID "customers:read customers:pii"
require 'json'
require 'openssl'

LIFETIME_SECONDS = { 'customer' => 10 * 60, 'agent' => 60 * 60 }.freeze

def encode(data)
  [data].pack('m0').tr('+/', '-_').delete('=')
end

# kind: "customer" for a shopper's page, "agent" for a CRM page
# subject: the customer's id as the shop knows it, from your session and never from the request; or the agent's
# scope: what an agent may see, parted by blanks; as much as the signing key grants
def sign_token(kind, subject, scope, key_id:, secret:)
  now = Time.now.to_i
  header = { alg: 'HS256', typ: "#{kind}+jwt", kid: key_id }
  claims = { aud: 'tessera', sub: subject, iat: now, exp: now + LIFETIME_SECONDS.fetch(kind) }
  claims[:scope] = scope unless scope.to_s.empty?
  signed = "#{encode(JSON.generate(header))}.#{encode(JSON.generate(claims))}"
  "#{signed}.#{encode(OpenSSL::HMAC.digest('SHA256', secret, signed))}"
end

kind, subject, scope = ARGV
puts sign_token(kind, subject, scope, key_id: ENV.fetch('TESSERA_KEY_ID'), secret: ENV.fetch('TESSERA_SIGNING_SECRET'))
