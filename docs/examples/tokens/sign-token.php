<?php
// Signs Tessera's short tokens with nothing but PHP's own functions. Runs on your server, never in a page.
//
//   TESSERA_KEY_ID=key_... TESSERA_SIGNING_SECRET=cs_... php sign-token.php customer CUSTOMER_ID
//   TESSERA_KEY_ID=key_... TESSERA_SIGNING_SECRET=as_... php sign-token.php agent AGENT_ID "customers:read customers:pii"
declare(strict_types=1);

const LIFETIME_SECONDS = ['customer' => 10 * 60, 'agent' => 60 * 60];

function encode(string $data): string
{
    return rtrim(strtr(base64_encode($data), '+/', '-_'), '=');
}

/**
 * @param string $kind "customer" for a shopper's page, "agent" for a CRM page
 * @param string $subject the customer's id as the shop knows it, from your session and never from the request; or the agent's
 * @param string $scope what an agent may see, parted by blanks; as much as the signing key grants
 */
function signToken(string $kind, string $subject, string $scope, string $keyId, string $secret): string
{
    $now = time();
    $header = ['alg' => 'HS256', 'typ' => "$kind+jwt", 'kid' => $keyId];
    $claims = ['aud' => 'tessera', 'sub' => $subject, 'iat' => $now, 'exp' => $now + LIFETIME_SECONDS[$kind]];
    if ($scope !== '') {
        $claims['scope'] = $scope;
    }
    $signed = encode(json_encode($header, JSON_THROW_ON_ERROR)) . '.' . encode(json_encode($claims, JSON_THROW_ON_ERROR));
    return $signed . '.' . encode(hash_hmac('sha256', $signed, $secret, true));
}

[$kind, $subject, $scope] = array_pad(array_slice($argv, 1), 3, '');
echo signToken($kind, $subject, $scope, (string) getenv('TESSERA_KEY_ID'), (string) getenv('TESSERA_SIGNING_SECRET')), "\n";
