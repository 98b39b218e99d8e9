<?php
/**
 * What the shop tells the plugin: a page under Settings, or constants in wp-config.php.
 *
 * @package Tessera
 */

namespace Tessera;

defined( 'ABSPATH' ) || exit;

const OPTION = 'tessera';

/**
 * THE LIST of settings. The constant TESSERA_<NAME> wins over what the page saved; `pattern` is what a value has to match.
 *
 * @return array<string, array{title: string, pattern: string, hint: string, is_secret: bool}>
 */
function settings_list(): array {
	$key_id = '/^key_[0-9a-f]{16}$/';
	return array(
		'endpoint'            => array(
			'title'     => __( 'GraphQL endpoint', 'tessera' ),
			'pattern'   => '~^(https://|http://(localhost|127\.0\.0\.1)(:|/))[^\s"<>]+$~',
			'hint'      => __( 'As browsers reach it, such as https://tessera.example/graphql', 'tessera' ),
			'is_secret' => false,
		),
		'customer_key_id'     => array(
			'title'     => __( 'Id of the customers\' signing key', 'tessera' ),
			'pattern'   => $key_id,
			'hint'      => 'tessera keys create --kind customer-signing --title shop --origins ' . site_origin(),
			'is_secret' => false,
		),
		'customer_key_secret' => array(
			'title'     => __( 'Secret of the customers\' signing key', 'tessera' ),
			'pattern'   => '/^cs_\S{20,}$/',
			'hint'      => '',
			'is_secret' => true,
		),
		'agent_key_id'        => array(
			'title'     => __( 'Id of the agents\' signing key', 'tessera' ),
			'pattern'   => $key_id,
			'hint'      => 'tessera keys create --kind agent-signing --title agents --scopes customers:read,customers:pii --origins ' . site_origin(),
			'is_secret' => false,
		),
		'agent_key_secret'    => array(
			'title'     => __( 'Secret of the agents\' signing key', 'tessera' ),
			'pattern'   => '/^as_\S{20,}$/',
			'hint'      => '',
			'is_secret' => true,
		),
	);
}

/** The value of a setting, empty where nobody gave one. */
function setting( string $name ): string {
	$constant = constant_name( $name );
	if ( defined( $constant ) ) {
		return (string) constant( $constant );
	}
	$saved = get_option( OPTION );
	return is_array( $saved ) ? (string) ( $saved[ $name ] ?? '' ) : '';
}

function constant_name( string $name ): string {
	return 'TESSERA_' . strtoupper( $name );
}

/** As browsers send it, and as a signing key lists it. */
function site_origin(): string {
	$parts = wp_parse_url( home_url() );
	return $parts['scheme'] . '://' . $parts['host'] . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' );
}

add_action(
	'admin_init',
	function (): void {
		register_setting(
			OPTION,
			OPTION,
			array(
				'type'              => 'array',
				'sanitize_callback' => __NAMESPACE__ . '\\sanitize_settings',
				'show_in_rest'      => false,
			)
		);
		add_settings_section( OPTION, '', '__return_null', OPTION );
		foreach ( settings_list() as $name => $setting ) {
			add_settings_field(
				$name,
				$setting['title'],
				__NAMESPACE__ . '\\render_field',
				OPTION,
				OPTION,
				array( 'label_for' => 'tessera-' . $name ) + $setting + array( 'name' => $name )
			);
		}
	}
);

add_action(
	'admin_menu',
	function (): void {
		add_options_page( 'Tessera', 'Tessera', 'manage_options', OPTION, __NAMESPACE__ . '\\render_settings_page' );
	}
);

/**
 * Keeps what was saved where a value does not fit, and where a secret was left empty: secrets are never shown again.
 *
 * @param mixed $given What the form sent.
 * @return array<string, string>
 */
function sanitize_settings( $given ): array {
	$saved = get_option( OPTION );
	$saved = is_array( $saved ) ? $saved : array();
	if ( ! is_array( $given ) ) {
		return $saved;
	}
	$kept = array();
	foreach ( settings_list() as $name => $setting ) {
		$before = (string) ( $saved[ $name ] ?? '' );
		$value  = is_string( $given[ $name ] ?? null ) ? trim( $given[ $name ] ) : $before;
		if ( '' !== $value && ! preg_match( $setting['pattern'], $value ) ) {
			/* translators: %s: title of a setting */
			add_settings_error( OPTION, $name, sprintf( __( '%s: this does not look like one; nothing was changed there.', 'tessera' ), $setting['title'] ) );
			$value = $before;
		}
		$kept[ $name ] = '' === $value && $setting['is_secret'] ? $before : $value;
	}
	return $kept;
}

/** @param array{name: string, hint: string, is_secret: bool} $field */
function render_field( array $field ): void {
	$name        = $field['name'];
	$is_constant = defined( constant_name( $name ) );
	$value       = setting( $name );
	printf(
		'<input id="%1$s" name="%2$s" type="%3$s" class="regular-text code" value="%4$s" placeholder="%5$s" autocomplete="off" spellcheck="false"%6$s />',
		esc_attr( 'tessera-' . $name ),
		esc_attr( OPTION . '[' . $name . ']' ),
		$field['is_secret'] ? 'password' : 'text',
		esc_attr( $field['is_secret'] ? '' : $value ),
		esc_attr( $field['is_secret'] && '' !== $value ? __( 'stored; leave empty to keep it', 'tessera' ) : '' ),
		disabled( $is_constant, true, false )
	);
	if ( $is_constant ) {
		/* translators: %s: name of a PHP constant */
		printf( '<p class="description">%s</p>', esc_html( sprintf( __( 'Set by %s in wp-config.php.', 'tessera' ), constant_name( $name ) ) ) );
	} elseif ( '' !== $field['hint'] ) {
		printf( '<p class="description"><code>%s</code></p>', esc_html( $field['hint'] ) );
	}
}

function render_settings_page(): void {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	echo '<div class="wrap"><h1>Tessera</h1><form action="options.php" method="post">';
	settings_fields( OPTION );
	do_settings_sections( OPTION );
	submit_button();
	echo '</form></div>';
}
