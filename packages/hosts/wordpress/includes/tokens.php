<?php
/**
 * Signs the short tokens that pages ask with, for whoever is signed in to WordPress and for nobody else.
 *
 * @package Tessera
 */

namespace Tessera;

defined( 'ABSPATH' ) || exit;

const LIFETIME_SECONDS = array(
	'customer' => 10 * MINUTE_IN_SECONDS,
	'agent'    => HOUR_IN_SECONDS,
);

/** What the card shows. The signing key may grant less. */
const AGENT_SCOPE = 'customers:read customers:pii';

/**
 * The shop's id of a user as a customer: the user's id, unless the filter `tessera_customer_id` knows another.
 *
 * @return string Empty for a user who is no customer.
 */
function customer_id( \WP_User $user ): string {
	/**
	 * Filters the id that the shop's orders give this user.
	 *
	 * @param string   $customer_id By default the user's id, as WooCommerce has it.
	 * @param \WP_User $user        The user.
	 */
	return $user->exists() ? (string) apply_filters( 'tessera_customer_id', (string) $user->ID, $user ) : '';
}

/** Whether the current user may see the customers' cards. */
function is_agent(): bool {
	/**
	 * Filters the capability that it takes. Administrators and WooCommerce's shop managers have `list_users`.
	 *
	 * @param string $capability A capability of WordPress.
	 */
	return current_user_can( (string) apply_filters( 'tessera_agent_capability', 'list_users' ) );
}

function is_configured( string $kind ): bool {
	return '' !== setting( 'endpoint' ) && '' !== setting( $kind . '_key_id' ) && '' !== setting( $kind . '_key_secret' );
}

/**
 * A JSON Web Token (RFC 7519) signed with HMAC-SHA256.
 *
 * @param string $kind    "customer" or "agent".
 * @param string $subject The customer's id or the agent's name, from the session and never from the request.
 * @param string $scope   What an agent may see, parted by blanks.
 */
function sign_token( string $kind, string $subject, string $scope = '' ): string {
	$now    = time();
	$header = array(
		'alg' => 'HS256',
		'typ' => $kind . '+jwt',
		'kid' => setting( $kind . '_key_id' ),
	);
	$claims = array(
		'aud' => 'tessera',
		'sub' => $subject,
		'iat' => $now,
		'exp' => $now + LIFETIME_SECONDS[ $kind ],
	);
	if ( '' !== $scope ) {
		$claims['scope'] = $scope;
	}
	$signed = base64url( (string) wp_json_encode( $header ) ) . '.' . base64url( (string) wp_json_encode( $claims ) );
	return $signed . '.' . base64url( hash_hmac( 'sha256', $signed, setting( $kind . '_key_secret' ), true ) );
}

function base64url( string $data ): string {
	return rtrim( strtr( base64_encode( $data ), '+/', '-_' ), '=' );
}

/*
 * Both routes know the user by WordPress's session cookie together with its nonce for REST, so no foreign page can ask in a
 * user's name. They take no parameter.
 */
add_action(
	'rest_api_init',
	function (): void {
		register_rest_route(
			'tessera/v1',
			'/token',
			array(
				'methods'             => 'POST',
				'permission_callback' => 'is_user_logged_in',
				'callback'            => function () {
					return answer_token( 'customer', customer_id( wp_get_current_user() ) );
				},
			)
		);
		register_rest_route(
			'tessera/v1',
			'/agent-token',
			array(
				'methods'             => 'POST',
				'permission_callback' => __NAMESPACE__ . '\\is_agent',
				'callback'            => function () {
					return answer_token( 'agent', wp_get_current_user()->user_login, AGENT_SCOPE );
				},
			)
		);
	}
);

/** @return \WP_REST_Response|\WP_Error */
function answer_token( string $kind, string $subject, string $scope = '' ) {
	if ( '' === $subject || ! is_configured( $kind ) ) {
		return new \WP_Error( 'tessera_no_token', __( 'There is no token for you.', 'tessera' ), array( 'status' => 404 ) );
	}
	$response = new \WP_REST_Response( array( 'token' => sign_token( $kind, $subject, $scope ) ) );
	$response->header( 'Cache-Control', 'no-store' );
	return $response;
}
