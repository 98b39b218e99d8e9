<?php
/**
 * What those see who look after customers: the card on a user's page and on WooCommerce's order page.
 *
 * @package Tessera
 */

namespace Tessera;

defined( 'ABSPATH' ) || exit;

foreach ( array( 'show_user_profile', 'edit_user_profile' ) as $hook ) {
	add_action(
		$hook,
		// No type: other plugins fire these hooks too, and not always with a user.
		function ( $user ): void {
			$card = $user instanceof \WP_User ? render_card( $user ) : '';
			if ( '' !== $card ) {
				// Every value in the card was escaped where it was put in.
				printf( '<h2>Tessera</h2>%s', $card ); // phpcs:ignore WordPress.Security.EscapeOutput
			}
		}
	);
}

/** For both places where WooCommerce keeps orders: its own tables and WordPress's posts. */
add_action(
	'add_meta_boxes',
	function ( $screen, $order = null ): void {
		if ( ! in_array( $screen, array( 'shop_order', 'woocommerce_page_wc-orders' ), true ) || ! function_exists( 'wc_get_order' ) ) {
			return;
		}
		$order = $order instanceof \WP_Post ? wc_get_order( $order->ID ) : $order;
		$user  = $order instanceof \WC_Order ? get_userdata( (int) $order->get_customer_id() ) : false;
		$card  = $user ? render_card( $user ) : '';
		if ( '' === $card ) {
			return;
		}
		add_meta_box(
			'tessera-customer',
			'Tessera',
			function () use ( $card ): void {
				// Every value in the card was escaped where it was put in.
				echo $card; // phpcs:ignore WordPress.Security.EscapeOutput
			},
			$screen,
			'normal'
		);
	},
	10,
	2
);

/** @return string Empty for whoever may not see it. */
function render_card( \WP_User $user ): string {
	return is_agent() ? render_elements( 'agent', customer_id( $user ), '<tessera-customer-card></tessera-customer-card>' ) : '';
}

add_action(
	'before_woocommerce_init',
	function (): void {
		$features = '\Automattic\WooCommerce\Utilities\FeaturesUtil';
		if ( class_exists( $features ) ) {
			$features::declare_compatibility( 'custom_order_tables', PLUGIN_FILE, true );
		}
	}
);
