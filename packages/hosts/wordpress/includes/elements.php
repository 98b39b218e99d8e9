<?php
/**
 * The widget's script, from the plugin's own folder, and the element around what is shown.
 *
 * @package Tessera
 */

namespace Tessera;

defined( 'ABSPATH' ) || exit;

/** Each handle with its file in `assets`. */
const SCRIPTS = array(
	'tessera-storefront' => 'tessera-storefront.js',
	'tessera-agent'      => 'tessera.js',
	'tessera-connect'    => 'connect.js',
);

add_action(
	'init',
	function (): void {
		foreach ( SCRIPTS as $handle => $file ) {
			wp_register_script(
				$handle,
				plugins_url( 'assets/' . $file, PLUGIN_FILE ),
				array(),
				substr( md5( integrity_of( $file ) ), 0, 12 ),
				array( 'in_footer' => true )
			);
		}
	}
);

/** Our scripts are modules, and a browser runs them only as they were built. */
add_filter(
	'script_loader_tag',
	function ( string $tag, string $handle ): string {
		if ( ! isset( SCRIPTS[ $handle ] ) ) {
			return $tag;
		}
		$tags = new \WP_HTML_Tag_Processor( $tag );
		while ( $tags->next_tag( 'script' ) ) {
			if ( null !== $tags->get_attribute( 'src' ) ) {
				$tags->set_attribute( 'type', 'module' );
				$tags->set_attribute( 'integrity', integrity_of( SCRIPTS[ $handle ] ) );
				$tags->set_attribute( 'crossorigin', 'anonymous' );
			}
		}
		return $tags->get_updated_html();
	},
	10,
	2
);

/** As the build wrote it beside the scripts. */
function integrity_of( string $file ): string {
	static $hashes = null;
	if ( null === $hashes ) {
		$hashes = json_decode( (string) file_get_contents( plugin_dir_path( PLUGIN_FILE ) . 'assets/integrity.json' ), true );
	}
	return (string) $hashes[ $file ];
}

/**
 * Elements of one customer, for a shopper or an agent, with all they need to get their tokens.
 *
 * @param string $kind     "customer" or "agent": who looks.
 * @param string $customer The shop's id of the customer.
 * @param string $elements Markup of ours.
 * @return string Empty without a customer, and while the plugin is not set up.
 */
function render_elements( string $kind, string $customer, string $elements ): string {
	if ( '' === $customer || ! is_configured( $kind ) ) {
		return '';
	}
	$is_agent = 'agent' === $kind;
	wp_enqueue_script( $is_agent ? 'tessera-agent' : 'tessera-storefront' );
	wp_enqueue_script( 'tessera-connect' );
	return sprintf(
		'<tessera-provider endpoint="%s" audience="%s" customer="%s" theme="%s" data-token-url="%s" data-nonce="%s" data-product-url="%s">%s</tessera-provider>',
		esc_url( setting( 'endpoint' ) ),
		$is_agent ? 'agent' : 'shopper',
		esc_attr( $customer ),
		/**
		 * Filters the scheme of the page: "light" or "dark", or empty for what the browser prefers.
		 *
		 * @param string $theme Light by default, as WordPress's own pages and most themes are.
		 */
		esc_attr( (string) apply_filters( 'tessera_theme', 'light' ) ),
		esc_url( rest_url( $is_agent ? 'tessera/v1/agent-token' : 'tessera/v1/token' ) ),
		esc_attr( wp_create_nonce( 'wp_rest' ) ),
		// An agent has a form open that must not be left.
		esc_attr( $is_agent ? '' : product_url_pattern() ),
		$elements
	);
}

/** Where a chosen product is: `{product}` is its id in the shop's orders. Empty: choosing one does nothing. */
function product_url_pattern(): string {
	$pattern = function_exists( 'wc_get_product_id_by_sku' ) ? home_url( '/?tessera_product={product}' ) : '';
	/**
	 * Filters the address of a product, with `{product}` in the place of its id.
	 *
	 * @param string $pattern By default WooCommerce's product of this SKU or id.
	 */
	return (string) apply_filters( 'tessera_product_url', $pattern );
}
